"""Random numbers as a pure function of seed, batch number and place of the sample.

The integers are Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3; SC11),
which every device and XLA compute alike. What is made of them is written here: TensorFlow's own
`stateless_uniform` and `stateless_normal` make other numbers under `jit_compile=True`.
"""

import math

from st_keras.replicas.global_batch import place_in_global_batch

# A float32 in [1, 2) has 23 bits after the point.
_BITS = 23
_LEAST = 1e-7  # of what Box and Muller take the logarithm


def per_sample_uniform(batch_size, shape, seed, batches_seen):
    """Draw uniform numbers in [0, 1) for the samples of this replica.

        u = (integer mod 2^23) / 2^23

    The numbers depend on (seed, batches_seen, index of the sample in the global batch) and on
    nothing else: replicas draw different numbers, and N replicas draw together what one device
    would, also where they have not equally many samples, with and without `jit_compile`.

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
    return _own_part(_uniform, batch_size, shape, seed, batches_seen)


def per_sample_normal(batch_size, shape, seed, batches_seen):
    """Draw standard normal numbers for the samples of this replica.

    Of two uniform numbers u, v each (Box and Muller, 1958):

        r    = sqrt(-2 log max(u, 1e-7))
        a, b = r sin(2 pi v), r cos(2 pi v)

    Arguments and properties are those of `per_sample_uniform`; with and without `jit_compile`, and
    on other devices, the numbers differ by the rounding of logarithm, sine and cosine.

    Returns:
        float32 tensor (batch_size, *shape).

    Example:

    >>> per_sample_normal(2, (3,), seed=0, batches_seen=7).shape
    TensorShape([2, 3])
    """
    return _own_part(_normal, batch_size, shape, seed, batches_seen)


def _uniform(count, seed):
    import tensorflow as tf

    integers = tf.random.stateless_uniform(
        (count,), seed, minval=None, maxval=None, dtype=tf.uint32, alg="philox"
    )
    low = tf.bitwise.bitwise_and(integers, tf.constant(2**_BITS - 1, tf.uint32))
    return tf.cast(low, tf.float32) * 2.0**-_BITS


def _normal(count, seed):
    import tensorflow as tf

    pairs = (count + 1) // 2
    u, v = tf.unstack(tf.reshape(_uniform(2 * pairs, seed), (pairs, 2)), axis=-1)
    radius, angle = tf.sqrt(-2.0 * tf.math.log(tf.maximum(u, _LEAST))), 2.0 * math.pi * v
    numbers = tf.stack([radius * tf.sin(angle), radius * tf.cos(angle)], axis=-1)
    return tf.reshape(numbers, (2 * pairs,))[:count]


def _own_part(draw, batch_size, shape, seed, batches_seen):
    """Draw for the whole global batch, and return the rows of this replica."""
    import tensorflow as tf

    offset, total = place_in_global_batch(batch_size)
    shape = tf.stack([total, *shape])
    seed = tf.stack([tf.cast(seed, tf.int64), tf.cast(batches_seen, tf.int64)])
    numbers = tf.reshape(draw(tf.reduce_prod(shape), seed), shape)
    return numbers[offset : offset + tf.cast(batch_size, tf.int32)]
