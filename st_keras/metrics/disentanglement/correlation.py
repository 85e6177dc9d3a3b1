"""Correlation between the columns of two arrays, with 0 where a column is constant."""

import numpy as np

from st_keras.validation import check_one_of

METHODS = ("spearman", "pearson")


def correlation(first, second, method):
    """Return the signed correlations (A, B) of the columns of (N, A) and (N, B).

    A constant column correlates with nothing: 0, where NumPy and SciPy warn and give NaN.

    Args:
        first: array (N, A), finite.
        second: array (N, B), finite.
        method: "spearman" (ranks, ties averaged) or "pearson".

    Returns:
        float64 (A, B) in [-1, 1].

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.correlation import correlation
    >>> x = np.arange(5.0)[:, None]
    >>> correlation(x, np.concatenate([-(x**3), 0 * x], axis=1), "spearman").round(6).tolist()
    [[-1.0, 0.0]]
    """
    check_one_of("correlation", "method", method, METHODS)
    a, b = (_unit_columns(values, method) for values in (first, second))
    return np.clip(a.T @ b, -1.0, 1.0)


def _unit_columns(values, method):
    from scipy.stats import rankdata

    values = np.asarray(values, "float64")
    varies = values.min(axis=0) < values.max(axis=0)
    if method == "spearman":
        values = rankdata(values, axis=0)
    # Dividing by the largest deviation first keeps the squares within float64.
    values = values - values.mean(axis=0)
    largest = np.where(varies, np.abs(values).max(axis=0), 1.0)
    values = values / np.where(largest > 0, largest, 1.0)
    norms = np.sqrt(np.sum(values**2, axis=0))
    return np.where(varies, values / np.where(norms > 0, norms, 1.0), 0.0)
