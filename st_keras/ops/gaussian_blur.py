"""Gaussian means of maps, zero beyond the border, and over what is valid."""

import math

import numpy as np
from keras import ops

_EXTENT = 3.0  # a kernel ends at so many standard deviations
_LITTLE = 1e-4  # a weight below it knows nothing


def gaussian_blur(maps, sigma):
    """Weigh neighbours by a Gaussian; beyond the border there is nothing (0).

    Args:
        maps: tensor (B, H, W, C).
        sigma: float > 0, standard deviation in pixels. The kernel ends at 3 sigma.

    Returns:
        Tensor (B, H, W, C). The weights of a pixel far from the border sum to 1.

    Example:

    >>> maps = np.zeros((1, 9, 9, 1), "float32")
    >>> maps[0, 4, 4] = 1.0
    >>> blurred = ops.convert_to_numpy(gaussian_blur(maps, 1.0))[0, ..., 0]
    >>> print(blurred[4, 3:6].round(3), blurred.sum().round(3))
    [0.097 0.159 0.097] 1.0
    """
    maps = ops.convert_to_tensor(maps)
    radius = max(1, math.ceil(_EXTENT * sigma))
    offsets = np.arange(-radius, radius + 1)
    weights = np.exp(-0.5 * np.square(offsets / sigma))
    weights = (weights / weights.sum()).astype("float32")
    kernel = np.tile(weights[:, None, None, None], (1, 1, int(maps.shape[-1]), 1))
    for each in (kernel, kernel.transpose(1, 0, 2, 3)):
        weights = ops.convert_to_tensor(each, maps.dtype)
        maps = ops.depthwise_conv(maps, weights, padding="same", data_format="channels_last")
    return maps


def masked_blur(maps, mask, sigma):
    """Weigh neighbours by a Gaussian, of those that are valid.

    Args:
        maps: tensor (B, H, W, C).
        mask: tensor (B, H, W, C), 1 where `maps` is valid, 0 where not.
        sigma: float > 0, in pixels.

    Returns:
        Tensor (B, H, W, C); 0 where nothing valid is within 3 sigma.

    Example:

    >>> maps = np.full((1, 4, 4, 1), 2.0, "float32")
    >>> blurred = masked_blur(maps, np.ones_like(maps), 1.0)  # nothing fades at the border
    >>> print(ops.convert_to_numpy(blurred)[0, 0, :, 0])
    [2. 2. 2. 2.]
    """
    weight = gaussian_blur(mask, sigma)
    return gaussian_blur(maps * mask, sigma) / ops.maximum(weight, _LITTLE)
