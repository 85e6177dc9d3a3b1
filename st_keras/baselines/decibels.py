"""Rain rates as decibels, in which pysteps moves and decomposes them."""

import numpy as np

RAIN = 0.1  # mm/h: less counts as dry
THRESHOLD = -10.0  # dB of 0.1 mm/h
DRY = -15.0  # dB that stand for dry


def decibels(rates):
    """Return 10 log10 of rain rates in mm/h; -15 below 0.1 mm/h; NaN stays NaN.

    Example:

    >>> decibels(np.array([0.0, 0.1, 1.0, np.nan])).tolist()
    [-15.0, -10.0, 0.0, nan]
    """
    return np.where(rates < RAIN, DRY, 10.0 * np.log10(np.maximum(rates, RAIN)))


def rates_of(values):
    """Return the rain rates in mm/h of decibels; 0 below -10 dB; NaN stays NaN.

    Example:

    >>> rates_of(np.array([-10.1, -10.0, 0.0, np.nan])).tolist()
    [0.0, 0.1, 1.0, nan]
    """
    return np.where(values < THRESHOLD, 0.0, 10.0 ** (values / 10.0))
