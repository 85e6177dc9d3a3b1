"""One replica's part of a batch, for whoever wants to know its shapes."""


def local_part(batch, strategy):
    """Return what the first replica of this process has of a batch.

    Args:
        batch: nested structure of tensors, or of what a strategy has distributed; None is allowed.
        strategy: `tf.distribute.Strategy`.

    Returns:
        The same structure of tensors, with at least as many samples as the other replicas have.

    Example:

    >>> import tensorflow as tf
    >>> local_part((tf.ones((3, 2)), None), tf.distribute.get_strategy())[0].shape
    TensorShape([3, 2])
    """
    import tensorflow as tf

    return tf.nest.map_structure(lambda x: strategy.experimental_local_results(x)[0], batch)
