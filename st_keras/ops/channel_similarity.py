"""Similarity of two memory increments, channel by channel: what memory decoupling penalises."""

from keras import ops


def channel_similarity(delta_c, delta_m, epsilon=1e-12):
    """Absolute cosine between the spatial maps of two tensors, for each channel.

        similarity = |<a, b>| / (max(|a|, epsilon) * max(|b|, epsilon))     a, b maps of one channel

    Args:
        delta_c: tensor (B, H, W, F).
        delta_m: tensor (B, H, W, F).
        epsilon: float. Norms below it count as this value, so that an all-zero increment (a dark
            first frame) has similarity 0 and a finite gradient.

    Returns:
        float32 tensor (B, F), values in [0, 1]. 0: the two memories changed in orthogonal
        directions; 1: in the same one.

    Source: memory decoupling of PredRNN-V2 (arXiv 2103.09504). The reference code normalises twice
    (`normalize`, then `cosine_similarity`), which changes nothing but epsilons; here once.

    Example:

    >>> import numpy as np
    >>> maps = np.ones((1, 2, 2, 1), "float32")
    >>> float(channel_similarity(maps, -3 * maps)[0, 0])
    1.0
    """
    a, b = _unit_maps(delta_c, epsilon), _unit_maps(delta_m, epsilon)
    return ops.abs(ops.sum(a * b, axis=(1, 2)))


def _unit_maps(x, epsilon):
    # The maximum sits under the root: its gradient is zero for an all-zero map, where that of a
    # norm would be NaN.
    x = ops.cast(x, "float32")
    squared_norm = ops.sum(ops.square(x), axis=(1, 2), keepdims=True)
    return x * ops.rsqrt(ops.maximum(squared_norm, epsilon**2))
