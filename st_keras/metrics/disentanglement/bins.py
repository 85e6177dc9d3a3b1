"""Bins that turn real numbers into class indices: equal width for codes, quantiles for factors."""

import numpy as np


def histogram_bins(codes, bins=20):
    """Return the bin 0..bins-1 of each code in an equal-width histogram of its latent.

    Args:
        codes: array (N, latents), finite.
        bins: int. Number of bins between the smallest and the largest code. Default 20, as in the
            reference [1].

    Returns:
        int64 (N, latents). A constant latent falls into one bin.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.bins import histogram_bins
    >>> histogram_bins(np.array([[0.0], [0.1], [0.6], [1.0]]), bins=2)[:, 0].tolist()
    [0, 0, 1, 1]

    References:
        [1] https://github.com/google-research/disentanglement_lib (the "histogram discretizer")
    """
    result = np.zeros(codes.shape, "int64")
    for i, column in enumerate(codes.T):
        # NumPy refuses to divide an empty range around large numbers.
        if column.min() < column.max():
            edges = np.histogram_bin_edges(column, bins)[:-1]
            result[:, i] = np.digitize(column, edges) - 1
    return result


def quantile_bins(values, bins):
    """Return the bin of each value; bins hold as equal numbers of rows as ties allow.

    Equal values share a bin, so a variable with fewer distinct values has fewer bins.

    Args:
        values: array (N,), finite.
        bins: int >= 2.

    Returns:
        int64 (N,), bins 0, 1, ... without gaps, in the order of the values.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.bins import quantile_bins
    >>> quantile_bins(np.array([1.0, 100.0, 2.0, 3.0]), 2).tolist()
    [0, 1, 0, 1]
    """
    inner = np.quantile(values, np.arange(1, bins) / bins, method="higher")
    digits = np.searchsorted(np.unique(inner), values, side="right")
    return np.unique(digits, return_inverse=True)[1]
