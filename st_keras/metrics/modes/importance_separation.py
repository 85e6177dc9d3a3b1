"""How far the responses of slot importance weights separate modes."""

import dataclasses

import numpy as np

from st_keras.metrics.disentanglement.samples import check_numbers
from st_keras.metrics.modes.mode_labels import check_labels
from st_keras.validation import error

# Units in the last place: averages over time of equal numbers differ by a few of them.
ROUNDING = 8


@dataclasses.dataclass(frozen=True, eq=False)
class ImportanceSeparation:
    """Shares of the variance that the mode explains; `float(separation)` is the overall one.

    Args:
        overall: float in [0, 1].
        per_slot: float64 (S,) in [0, 1]; 0 for a slot that never changes.
        chance: float. (K - 1) / (N - 1), the mean of the others (of slots that change) when the
            labels of K modes are dealt to the N sequences at random: read them against it.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.modes import ImportanceSeparation
    >>> float(ImportanceSeparation(0.25, np.array([0.0, 0.5]), 0.1))
    0.25
    """

    overall: float
    per_slot: np.ndarray
    chance: float

    def __float__(self):
        return self.overall


def importance_separation(importances, labels):
    """Return the between-mode share of the variance of slot importance (eta squared [1]).

        eta2_s = B_s / T_s                     0 where T_s = 0
        B_s = sum_k n_k |mean_ks - mean_s|^2   n_k sequences of mode k, their mean response
        T_s = sum_i |x_is - mean_s|^2          x_is: response of slot s to sequence i, (F,)
        overall = sum_s B_s / sum_s T_s

    1: the responses depend on nothing but the mode. 0: their means do not depend on the mode, as
    when all modes use the slots alike.

    Args:
        importances: array (N, S, F), one row per sequence: importance weights of S slots and F
            channels, averaged over time (and over layers or gates, if there are several); or
            (N, S), one number per slot. Any unit. Differences of up to 8 units in the last place
            of the array's own type count as none.
        labels: array (N,) of int or str, the mode of each sequence; at least two modes and fewer
            modes than sequences.

    Returns:
        `ImportanceSeparation`. The order of the rows and the values of the labels do not matter.

    Raises:
        ValueError: for wrong arrays, fewer than two modes, or as many modes as sequences, where
            the share is 1 whatever the responses.

    Example: the first slot answers to the mode, the second to something else.
    >>> from st_keras.metrics.modes import importance_separation
    >>> x = [[0.2, 0.5], [0.2, 0.7], [0.6, 0.5], [0.6, 0.7]]
    >>> separation = importance_separation(x, [0, 0, 1, 1])
    >>> separation.per_slot.round(6).tolist(), round(separation.overall, 6)
    ([1.0, 0.0], 0.8)

    References:
        [1] Pearson: On the General Theory of Skew Correlation and Non-linear Regression, 1905 (the
            correlation ratio eta)
    """
    where = "importance_separation"
    x, rounding = _check_importances(where, importances)
    values, index = check_labels(where, labels, len(x))
    if len(values) == len(x):
        raise error(
            where,
            f"{len(values)} modes for {len(x)} sequences",
            "more sequences than modes",
            "Score several sequences of each mode.",
        )
    low, high = x.min(axis=0), x.max(axis=0)
    flat = high - low <= rounding * np.maximum(np.abs(low), np.abs(high))  # (S, F)
    x = np.where(flat, 0.0, x - x.mean(axis=0))
    total = np.sum(x**2, axis=(0, 2))  # (S,)
    counts = np.bincount(index)
    means = np.stack([x[index == k].mean(axis=0) for k in range(len(values))])  # (K, S, F)
    between = np.sum(counts[:, None, None] * means**2, axis=(0, 2))  # (S,)
    shares = np.divide(between, total, out=np.zeros_like(total), where=total > 0)
    overall = between.sum() / total.sum() if total.any() else 0.0
    return ImportanceSeparation(
        overall=float(np.clip(overall, 0, 1)),
        per_slot=np.clip(shares, 0, 1),  # rounding may lead above 1
        chance=(len(values) - 1) / (len(x) - 1),
    )


def _check_importances(where, importances):
    """Return float64 (N, S, F) and the relative size of rounding errors in it."""
    try:
        array = np.asarray(importances)
    except ValueError:  # rows of unequal length: the next check says so
        array = None
    rank = getattr(array, "ndim", 2)
    axes = ("N", "S", "F") if rank == 3 else ("N", "S")
    x = check_numbers(where, "importances", importances, axes, minimum=2).astype("float64")
    if not x.size:
        raise error(
            where,
            f"importances of shape {x.shape}, empty",
            "at least one slot and one channel",
            "Pass the time averages of the importance weights, (N, S, F).",
        )
    rounding = ROUNDING * np.finfo(array.dtype).eps if array.dtype.kind == "f" else 0.0
    return (x if rank == 3 else x[..., None]), float(rounding)
