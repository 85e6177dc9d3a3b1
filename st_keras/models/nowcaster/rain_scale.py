"""The scale on which rain rates of all sizes count."""

import math

from keras import ops

LOWEST = 0.1  # mm/h: below it is dry


def rain_scale(rates):
    """Return log10 of the rate above 0.1 mm/h, from 0.

    Args:
        rates: tensor, mm/h.

    Returns:
        Tensor: 0 up to 0.1 mm/h, 1 at 1 mm/h, 2 at 10 mm/h.

    Example:

    >>> print(ops.convert_to_numpy(rain_scale(ops.array([0.0, 1.0, 10.0]))).round(4))
    [0. 1. 2.]
    """
    return ops.log(ops.maximum(rates, LOWEST)) / math.log(10.0) + 1.0


def rain_rates(scaled):
    """Return the rain rates of `rain_scale`; what is not above 0 is dry.

    Args:
        scaled: tensor.

    Returns:
        Tensor, mm/h.

    Example:

    >>> print(ops.convert_to_numpy(rain_rates(ops.array([0.0, 1.0]))).round(4))
    [0. 1.]
    """
    return ops.where(scaled > 1e-3, ops.exp(math.log(10.0) * (scaled - 1.0)), 0.0)
