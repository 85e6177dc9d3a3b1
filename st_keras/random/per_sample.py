"""Random numbers as a pure function of seed, batch number and place of the sample."""

from st_keras.replicas.global_batch import place_in_global_batch


def per_sample_uniform(batch_size, shape, seed, batches_seen):
    """Draw uniform numbers in [0, 1) for the samples of this replica.

    The numbers depend on (seed, batches_seen, index of the sample in the global batch) and on
    nothing else: replicas draw different numbers, and N replicas draw together what one device
    would, also where they have not equally many samples. (With `jit_compile=True` XLA's generator
    draws; its numbers are others, but as fixed.)

    Args:
        batch_size: int or scalar tensor, the samples of this replica.
        shape: sequence of ints or scalar tensors, the numbers of one sample.
        seed: int.
        batches_seen: int or integer tensor, the training batches seen before this one.

    Returns:
        float32 tensor (batch_size, *shape).

    Example:

    >>> per_sample_uniform(2, (3,), seed=0, batches_seen=7).shape
    TensorShape([2, 3])
    """
    import tensorflow as tf

    return _own_part(tf.random.stateless_uniform, batch_size, shape, seed, batches_seen)


def per_sample_normal(batch_size, shape, seed, batches_seen):
    """Draw standard normal numbers for the samples of this replica.

    Arguments and properties are those of `per_sample_uniform`.

    Returns:
        float32 tensor (batch_size, *shape).

    Example:

    >>> per_sample_normal(2, (3,), seed=0, batches_seen=7).shape
    TensorShape([2, 3])
    """
    import tensorflow as tf

    return _own_part(tf.random.stateless_normal, batch_size, shape, seed, batches_seen)


def _own_part(draw, batch_size, shape, seed, batches_seen):
    import tensorflow as tf

    offset, total = place_in_global_batch(batch_size)
    numbers = draw(
        (total, *shape),
        seed=tf.stack([tf.cast(seed, tf.int64), tf.cast(batches_seen, tf.int64)]),
    )
    return numbers[offset : offset + tf.cast(batch_size, tf.int32)]
