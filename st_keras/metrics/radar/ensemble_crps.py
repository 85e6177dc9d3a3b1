"""Continuous ranked probability score: the absolute error of an ensemble."""

import dataclasses

import numpy as np

from st_keras.metrics.radar.frame_arrays import check_members
from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class CRPSSums:
    """Sums over valid values; those of batches are added.

    Attributes:
        members: int M.
        valid: float64 array (T,), or (B, T) by window: how many values count.
        errors: the same: mean over members of |member - observed|.
        spread: the same: sum over all M^2 pairs of |member - other|, divided by 2 M^2. Both are NaN
            where a member is NaN and the truth valid.
    """

    members: int
    valid: np.ndarray
    errors: np.ndarray
    spread: np.ndarray

    def __add__(self, other):
        """Return the sums of both, which have as many members."""
        if self.members != other.members or self.valid.shape != other.valid.shape:
            raise error(
                "CRPSSums",
                f"sums of {self.members} and {other.members} members, shapes {self.valid.shape} "
                f"and {other.valid.shape}",
                "sums of as many members and lead times",
                "Sum all batches alike.",
            )
        return CRPSSums(
            self.members,
            self.valid + other.valid,
            self.errors + other.errors,
            self.spread + other.spread,
        )

    def score(self, fair=False):
        """Return the score (T,) of all windows, in the units of the frames; NaN without truth."""
        valid, errors, spread = (
            each if each.ndim == 1 else each.sum(axis=0)
            for each in (self.valid, self.errors, self.spread)
        )
        if fair:
            spread = spread * self.members / (self.members - 1)
        with np.errstate(invalid="ignore"):
            return (errors - spread) / valid


def crps_sums(y_true, members, by_window=False):
    """Return the sums of which the CRPS of an ensemble is made, by lead time.

    Args:
        y_true: array (B, T, H, W, C), NaN where it is missing.
        members: array (B, M, T, H, W, C), or list of M arrays (B, T, H, W, C); at least 2.
        by_window: bool. Default False: of all windows.

    Returns:
        `CRPSSums`.

    Raises:
        ValueError: for wrong shapes, a single member, or infinite values.

    Example:
    >>> truth = np.zeros((1, 1, 1, 1, 1))
    >>> sums = crps_sums(truth, [truth - 1, truth + 1])
    >>> sums.score().tolist(), sums.score(fair=True).tolist()
    ([0.5], [0.0])
    """
    y_true, members = check_members("crps", y_true, members)
    size = members.shape[1]
    valid = ~np.isnan(y_true)
    unknown = (np.isnan(members).any(axis=1) & valid).any(axis=(2, 3, 4))
    # Half the sum over pairs of sorted members x_1 <= ... <= x_M is sum (2 k - M - 1) x_k.
    ranks = (2.0 * np.arange(1, size + 1) - size - 1).reshape(-1, 1, 1, 1, 1)
    errors, spread = np.empty((2, *unknown.shape))
    for window, truth in enumerate(y_true):  # one after the other bounds the memory
        told = np.where(valid[window], members[window], 0.0).astype(np.float64)
        came = np.where(valid[window], truth, 0.0)
        off = np.abs(told - came).mean(axis=0)
        apart = (ranks * np.sort(told, axis=0)).sum(axis=0) / size**2
        errors[window], spread[window] = (of.sum(axis=(1, 2, 3)) for of in (off, apart))
    errors[unknown] = spread[unknown] = np.nan
    sums = CRPSSums(size, valid.sum(axis=(2, 3, 4), dtype=float), errors, spread)
    if by_window:
        return sums
    return CRPSSums(size, *(of.sum(axis=0) for of in (sums.valid, sums.errors, sums.spread)))


def crps(y_true, members, fair=False):
    """Return the continuous ranked probability score of an ensemble, by lead time.

    The mean over valid values of mean |x_i - y| - sum |x_i - x_j| / (2 M^2), with members x and
    truth y; of equal members it is the MAE. It takes M log M steps. `pysteps.verification` (1.21)
    is equal where no member equals the truth, and too low where one does, as where both are dry.

    Args:
        y_true: array (B, T, H, W, C), NaN where it is missing.
        members: array (B, M, T, H, W, C), or list of M arrays (B, T, H, W, C); at least 2.
        fair: bool. Default False: of the distribution that the members themselves are. True: an
            estimate of what more members would score, 2 M (M - 1) in place of 2 M^2, by which
            ensembles of different size can be compared.

    Returns:
        float64 array (T,) in the units of the frames, lower is better; NaN where all of the truth
        is missing, or a member is NaN and the truth valid.

    Raises:
        ValueError: for wrong shapes, a single member, or infinite values.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import crps
    >>> rng = np.random.default_rng(0)
    >>> truth, members = rng.gamma(1, size=(4, 3, 8, 8, 1)), rng.gamma(1, size=(4, 6, 3, 8, 8, 1))
    >>> plain, fair = crps(truth, members), crps(truth, members, fair=True)
    >>> plain.shape, bool((fair < plain).all())
    ((3,), True)

    References: [1] Hersbach (2000), doi 10.1175/1520-0434(2000)015<0559:DOTCRP>2.0.CO;2.
        [2] Ferro (2014), fair scores, doi 10.1002/qj.2270.
    """
    return crps_sums(y_true, members).score(fair)
