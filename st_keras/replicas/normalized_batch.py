"""Batch normalisation over the samples of all replicas."""

import keras
from keras import ops

from st_keras.replicas.exchange import several_replicas
from st_keras.replicas.moments import global_moments


def normalized_batch(x, gamma, beta, shift, epsilon):
    """Return a batch normalised by its own mean and variance, which are those of the global batch.

        y = (x - mean) / sqrt(variance + epsilon) . gamma + beta        over batch, H and W

    Args:
        x: (B, H, W, C), the samples of this replica.
        gamma, beta: (C,).
        shift: (C,), near the mean, the same on all replicas (`global_moments`).
        epsilon: float.

    Returns:
        `(y, mean (C,), unbiased variance (C,))`: y in the dtype of x, the rest in that of gamma;
        the unbiased variance is variance n / (n - 1), n = B H W.

    Example:

    >>> import numpy as np
    >>> one, x = np.ones(1, "float32"), np.float32([[[[1.0]], [[3.0]]]])
    >>> y, mean, variance = normalized_batch(ops.array(x), one, 0 * one, 0 * one, 0.0)
    >>> np.ravel(y).tolist(), float(mean[0]), float(variance[0])
    ([-1.0, 1.0], 2.0, 2.0)
    """
    if keras.backend.backend() == "tensorflow" and not several_replicas():
        import tensorflow as tf

        # One operation each way, where moments take twenty, and keep more.
        return tf.compat.v1.nn.fused_batch_norm(x, gamma, beta, epsilon=epsilon, is_training=True)
    wide = ops.cast(x, gamma.dtype)
    mean, variance, count = global_moments(wide, shift)
    y = (wide - mean) * (gamma * ops.rsqrt(variance + epsilon)) + beta
    unbiased = variance * ops.cast(count / ops.maximum(count - 1, 1), variance.dtype)
    return ops.cast(y, x.dtype), mean, unbiased
