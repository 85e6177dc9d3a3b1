"""Gradients on which all replicas agree before a Keras optimizer looks at them."""

from st_keras.replicas.exchange import all_reduce_sum
from st_keras.validation import error


def check_optimizer_on_replicas(optimizer, strategy):
    """Raise `ValueError` for an optimizer that Keras cannot run on several replicas.

    Gradient accumulation, and overwriting weights by their averages now and then, are branches of
    the graph: "every second batch". Replicas wait for each other in every update, and TensorFlow
    has no waiting inside a branch.

    Args:
        optimizer: a Keras optimizer, or None.
        strategy: `tf.distribute.Strategy`.

    Example:

    >>> import keras, tensorflow as tf
    >>> check_optimizer_on_replicas(keras.optimizers.SGD(), tf.distribute.get_strategy())
    """
    import keras

    if optimizer is None or strategy.num_replicas_in_sync == 1:
        return
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    inner = optimizer.inner_optimizer if scaled else optimizer
    settings = {
        "gradient_accumulation_steps": "raise the batch size, which replicas share",
        "ema_overwrite_frequency": "keep use_ema alone, whose averages Keras puts in place at the "
        "end of fit, or swap them in for each validation with keras.callbacks.SwapEMAWeights",
    }
    for setting, instead in settings.items():
        if getattr(inner, setting):
            raise error(
                "training on replicas",
                f"an optimizer with {setting}={getattr(inner, setting)} on "
                f"{strategy.num_replicas_in_sync} replicas",
                f"{setting}=None, or one replica: replicas cannot wait for each other in a "
                "decision such as 'every second batch'",
                f"Drop it, and {instead}.",
            )


def agreed_gradients(gradients, optimizer):
    """Return gradients with which every replica makes the update that one device would make.

    Keras sums gradients over replicas at the very end, after it has looked at each replica's own:

    - clipping (`clipnorm`, `clipvalue`, `global_clipnorm`) then clips parts of the gradient. Here
      the sum is clipped, and every replica passes on its Nth part, which nothing clips again;
    - `LossScaleOptimizer` then asks one replica whether its gradients are finite, and all follow:
      an overflow elsewhere would reach the weights. Here one replica's overflow is everyone's.

    Without these two the gradients are returned as they came, and nothing is exchanged.

    Args:
        gradients: list of tensors, of this replica; they add up to the gradient.
        optimizer: a Keras optimizer.

    Returns:
        list of tensors, to be given to `optimizer.apply_gradients`, which sums them over replicas.

    Example:

    >>> import keras, tensorflow as tf
    >>> agreed_gradients([tf.constant(1.0)], keras.optimizers.SGD())[0].numpy().item()
    1.0
    """
    import keras
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return gradients
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    inner = optimizer.inner_optimizer if scaled else optimizer
    if inner.clipnorm or inner.clipvalue or inner.global_clipnorm:
        scale = optimizer.scale_loss(tf.ones(()))
        summed = all_reduce_sum(gradients)
        gradients = _clipped([gradient / scale for gradient in summed], inner)
        return [gradient * scale / context.num_replicas_in_sync for gradient in gradients]
    if scaled:
        finite = [tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients]
        broken = 1.0 - tf.cast(tf.reduce_all(finite), tf.float32)
        anywhere = all_reduce_sum([broken])[0] > 0
        return [
            tf.where(anywhere, tf.constant(float("nan"), gradient.dtype), gradient)
            for gradient in gradients
        ]
    return gradients


def apply_gradients(optimizer, gradients, weights):
    """Let a Keras optimizer make its update, as `optimizer.apply_gradients` does.

    Keras sums gradients over replicas, even over the only one there is, with a function that keeps
    the graph of the training step for the life of the process. Outside of a replica it does not;
    so that is where the update is made when there is no strategy. `LossScaleOptimizer` goes
    there by itself.

    Args:
        optimizer: a Keras optimizer.
        gradients, weights: lists, of the same length.

    Example:

    >>> import keras, tensorflow as tf
    >>> weight = tf.Variable(1.0)
    >>> apply_gradients(keras.optimizers.SGD(0.5), [tf.constant(1.0)], [weight])
    >>> weight.numpy().item()
    0.5
    """
    import keras
    import tensorflow as tf

    pairs = list(zip(gradients, weights, strict=True))
    scaled = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    if scaled or tf.distribute.has_strategy():
        optimizer.apply_gradients(pairs)
        return
    context = tf.distribute.get_replica_context()
    context.merge_call(lambda strategy: optimizer.apply_gradients(pairs))


def _clipped(gradients, optimizer):
    """Clip as the optimizer would; it takes one of the three."""
    import tensorflow as tf

    if optimizer.clipnorm:
        return [tf.clip_by_norm(gradient, optimizer.clipnorm) for gradient in gradients]
    if optimizer.global_clipnorm:
        return tf.clip_by_global_norm(gradients, optimizer.global_clipnorm)[0]
    low, high = -optimizer.clipvalue, optimizer.clipvalue
    return [tf.clip_by_value(gradient, low, high) for gradient in gradients]
