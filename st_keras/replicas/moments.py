"""Mean and variance over the samples of all replicas."""

from keras import ops

from st_keras.replicas.exchange import all_reduce_sum, several_replicas
from st_keras.replicas.global_batch import is_counted


def global_moments(x, shift):
    """Return mean and variance of each channel over the global batch.

        n        = sum_r n_r                         r: replicas
        d        = sum_r sum (x - shift) / n
        mean     = shift + d
        variance = sum_r sum (x - shift)^2 / n - d^2

    One exchange of 2 C + 1 numbers. The nearer `shift` is to the mean, the less is lost in the
    difference; the same on all replicas, it can be the moving mean.

    Args:
        x: (B, H, W, C), the samples of this replica.
        shift: (C,).

    Returns:
        `(mean (C,), variance (C,), count ())`, with a gradient across replicas, the count in
        float32; outside a replica, or with only one, `keras.ops.moments`.

    Example:

    >>> import numpy as np
    >>> mean, variance, count = global_moments(np.float32([[[[1.0]], [[3.0]]]]), np.zeros(1))
    >>> float(mean[0]), float(variance[0]), float(count)
    (2.0, 1.0, 2.0)
    """
    batch, height, width, _ = ops.shape(x)
    # Counts and squares of a whole batch are too large for 16 bits.
    count = ops.cast(batch * height * width, "float32")
    axes = (0, 1, 2)
    if not several_replicas():
        return *ops.moments(x, axes=axes), count
    dtype, x = x.dtype, ops.cast(x, "float32")
    here = ops.cast(is_counted(), x.dtype)
    shift = ops.stop_gradient(ops.cast(shift, x.dtype))
    centred = (x - shift) * here
    sums = [ops.sum(centred, axis=axes), ops.sum(ops.square(centred), axis=axes)]
    total, squares, count = all_reduce_sum([*sums, count * here])
    offset = total / count
    variance = ops.maximum(squares / count - ops.square(offset), 0.0)
    return ops.cast(shift + offset, dtype), ops.cast(variance, dtype), count
