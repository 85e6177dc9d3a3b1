"""Sums over the replicas of a training step."""


def sum_over_replicas(tensors):
    """Return the sums of tensors over all replicas, the same on each.

    Replicas that share the CPUs of one process add their tensors directly: several collectives
    that do not wait for each other may there block each other for ever.

    Args:
        tensors: list of float tensors, of the same shapes on every replica.

    Returns:
        list of tensors; outside a replica, or with only one, those that came.

    Example:

    >>> sum_over_replicas([2.0])
    [2.0]
    """
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return tensors
    strategy = context.strategy
    workers = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
    if workers or any("GPU" in device for device in strategy.extended.worker_devices):
        return context.all_reduce(tf.distribute.ReduceOp.SUM, tensors)

    def add(strategy, *tensors):
        return [tf.add_n(strategy.experimental_local_results(tensor)) for tensor in tensors]

    return list(context.merge_call(add, tuple(tensors)))
