"""Sums over the replicas of a training step."""

import keras

from st_keras.gradients.own_gradient import own_gradient


def several_replicas():
    """Return whether this is one of several replicas; on another backend than TensorFlow, no.

    Example:

    >>> several_replicas()
    False
    """
    if keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    return context is not None and context.num_replicas_in_sync > 1


def all_reduce_sum(tensors):
    """Return the sums of tensors over all replicas, the same on each.

    Replicas that share the CPUs of one process add their tensors directly: several collectives
    that do not wait for each other may there block each other for ever.

    A sum has a gradient: that of the losses of all replicas together. Replicas wait for each other,
    so there is no sum inside `tf.while_loop` or `tf.cond`, where TensorFlow refuses to wait.

    Args:
        tensors: list of float tensors, of the same shapes on every replica.

    Returns:
        list of tensors; outside a replica, or with only one, those that came.

    Example:

    >>> all_reduce_sum([2.0])
    [2.0]
    """
    import tensorflow as tf

    if not several_replicas():
        return tensors
    context = tf.distribute.get_replica_context()
    strategy = context.strategy
    workers = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
    if workers or any("GPU" in device for device in strategy.extended.worker_devices):
        return context.all_reduce(tf.distribute.ReduceOp.SUM, tensors)

    def add(strategy, *tensors):
        return [tf.add_n(strategy.experimental_local_results(tensor)) for tensor in tensors]

    def gradients(*upstream):
        return all_reduce_sum(list(upstream))

    tensors = [tf.convert_to_tensor(tensor) for tensor in tensors]
    sums = list(context.merge_call(add, tuple(tensors)))
    return own_gradient(sums, tensors, gradients)
