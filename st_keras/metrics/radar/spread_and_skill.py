"""Whether an ensemble is as wide as it is wrong."""

import numpy as np

from st_keras.metrics.radar.frame_arrays import check_members


def spread_skill(y_true, members):
    """Return spread and error of an ensemble, by lead time.

    Args:
        y_true: array (B, T, H, W, C), NaN where it is missing.
        members: array (B, M, T, H, W, C), or list of M arrays (B, T, H, W, C); at least 2.

    Returns:
        dict of float64 arrays (T,), over all valid values: "spread", the root of the mean variance
        of the members (divided by M - 1); "error", the RMSE of their mean; both in the units of the
        frames; "ratio", sqrt((M + 1) / M) spread / error, which is 1 where truth and members are
        drawn from one distribution, below 1 where the ensemble is too sure. NaN where all of the
        truth is missing, a member is NaN and the truth valid, or the mean has no error.

    Raises:
        ValueError: for wrong shapes, a single member, or infinite values.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import spread_skill
    >>> rng = np.random.default_rng(0)
    >>> truth, members = rng.normal(size=(8, 2, 16, 16, 1)), rng.normal(size=(8, 5, 2, 16, 16, 1))
    >>> spread_skill(truth, members)["ratio"].round(1).tolist()
    [1.0, 1.0]

    References: [1] Fortin et al. (2014), doi 10.1175/JHM-D-14-0008.1.
    """
    y_true, members = check_members("spread_skill", y_true, members)
    size = members.shape[1]
    valid = ~np.isnan(y_true)
    unknown = (np.isnan(members).any(axis=1) & valid).any(axis=(0, 2, 3, 4))
    variance, squared = np.zeros((2, y_true.shape[1]))
    for window, truth in enumerate(y_true):  # one after the other bounds the memory
        told = np.where(valid[window], members[window], 0.0).astype(np.float64)
        came = np.where(valid[window], truth, 0.0)
        variance += told.var(axis=0, ddof=1).sum(axis=(1, 2, 3))
        squared += np.square(told.mean(axis=0) - came).sum(axis=(1, 2, 3))
    counted = valid.sum(axis=(0, 2, 3, 4), dtype=float)
    counted[(counted == 0) | unknown] = np.nan
    spread, error = np.sqrt(variance / counted), np.sqrt(squared / counted)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(error == 0, np.nan, np.sqrt((size + 1) / size) * spread / error)
    return {"spread": spread, "error": error, "ratio": ratio}
