"""Fractions skill score: how large a neighbourhood must be for a forecast to be useful in it."""

import dataclasses

import numpy as np

from st_keras.metrics.radar.frame_arrays import check_frames, unknown_forecasts
from st_keras.metrics.radar.thresholds import check_thresholds
from st_keras.validation import check_int, check_one_of, error

DEFINITIONS = ("protocol", "pysteps")


@dataclasses.dataclass(frozen=True)
class FractionSums:
    """Sums of which the fractions skill score is made; those of batches are added.

    Attributes:
        thresholds: tuple of K floats, ascending.
        scales: tuple of S ints, sides of the windows in pixels, ascending.
        differences: float64 array (T, K, S), or (B, T, K, S) by window: (Pf - Po)^2.
        squares: the same: Pf^2 + Po^2. Both NaN where a forecast is NaN and the truth valid.
    """

    thresholds: tuple
    scales: tuple
    differences: np.ndarray
    squares: np.ndarray

    def __add__(self, other):
        """Return the sums of both, which have the same thresholds and scales."""
        kinds = [(s.thresholds, s.scales, s.squares.shape) for s in (self, other)]
        if kinds[0] != kinds[1]:
            raise error(
                "FractionSums",
                f"sums of thresholds, scales and shapes {kinds[0]} and {kinds[1]}",
                "sums of the same ones",
                "Sum all batches alike.",
            )
        return dataclasses.replace(
            self,
            differences=self.differences + other.differences,
            squares=self.squares + other.squares,
        )

    def score(self):
        """Return the score (T, K, S) of all windows; NaN without an event in either."""
        differences, squares = self.differences, self.squares
        if squares.ndim == 4:
            differences, squares = differences.sum(axis=0), squares.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(squares == 0, np.nan, 1.0 - differences / squares)


def fraction_sums(y_true, y_pred, thresholds, scales, definition="protocol", by_window=False):
    """Return the sums of squared fractions, by lead time, threshold and scale.

    A fraction is how much of a square of n x n pixels around a pixel has an event, a value that
    reaches the threshold. Outside the grid there is none; it is always divided by n * n.

    Args:
        y_true, y_pred: arrays (B, T, H, W, C), NaN in the truth where it is missing.
        thresholds: number or K numbers, in the units of the frames.
        scales: int or S ints n in pixels. A window of even n reaches one pixel further up and left.
        definition: str. "protocol" (default): a forecast has events where the truth is valid, and
            the sums are over squares whose centre is valid. "pysteps": as `pysteps.verification`
            does, a forecast also has events where the truth is missing, and all squares are summed.
            Without missing pixels both are the same.
        by_window: bool. Default False: of all windows.

    Returns:
        `FractionSums`.

    Raises:
        ValueError: for wrong shapes, infinite values, thresholds, scales or definition.

    Example:
    >>> truth = np.zeros((1, 1, 6, 6, 1)); truth[0, 0, 2, 2] = 3.0
    >>> forecast = np.roll(truth, 1, axis=3)
    >>> sums = fraction_sums(truth, forecast, [1.0], [1, 3])
    >>> sums.score().round(3).tolist()
    [[[0.0, 0.667]]]
    """
    where = "fss"
    y_true, y_pred = check_frames(where, y_true, y_pred)
    thresholds = check_thresholds(where, thresholds)
    scales = _check_scales(where, scales)
    check_one_of(where, "definition", definition, DEFINITIONS)
    valid = ~np.isnan(y_true)
    unknown = unknown_forecasts(y_true, y_pred)
    everywhere = definition == "pysteps"
    sums = np.empty((2, *unknown.shape, len(thresholds), len(scales)))
    for k, threshold in enumerate(thresholds):
        with np.errstate(invalid="ignore"):  # NaN is no event
            came, told = y_true >= threshold, y_pred >= threshold
        if not everywhere:
            told &= valid
        for s, scale in enumerate(scales):
            # Whole numbers: the sums of squares are exact, in whatever order.
            observed, forecast = (_count_in_squares(events, scale) for events in (came, told))
            differences = np.square(forecast - observed)
            squares = np.square(forecast) + np.square(observed)
            if not everywhere:
                differences, squares = differences * valid, squares * valid
            for i, of in enumerate((differences, squares)):
                sums[i, ..., k, s] = of.sum(axis=(2, 3, 4)) / float(scale) ** 4
    sums[:, unknown] = np.nan
    return FractionSums(thresholds, scales, *(sums if by_window else sums.sum(axis=1)))


def fss(y_true, y_pred, thresholds, scales, definition="protocol"):
    """Return the fractions skill score by lead time, threshold and scale: 1 perfect, 0 no skill.

    1 - sum (Pf - Po)^2 / sum (Pf^2 + Po^2), sums over all windows and pixels first, with the
    fractions Pf of the forecast and Po of the truth that `fraction_sums` describes.

    Args:
        y_true, y_pred: arrays (B, T, H, W, C), NaN in the truth where it is missing.
        thresholds: number or K numbers, in the units of the frames.
        scales: int or S ints, sides of the squares in pixels.
        definition: str, "protocol" (default) or "pysteps"; they differ where pixels are missing.

    Returns:
        float64 array (T, K, S), thresholds and scales ascending; NaN where neither has an event, or
        the forecast is NaN and the truth valid.

    Raises:
        ValueError: for wrong shapes, infinite values, thresholds, scales or definition.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import fss
    >>> rain = np.random.default_rng(0).gamma(0.3, 2.0, (2, 3, 16, 16, 1))
    >>> moved = np.roll(rain, 1, axis=2)
    >>> scores = fss(rain, moved, thresholds=1.0, scales=[1, 3, 9])
    >>> scores.shape, bool((np.diff(scores[0, 0]) > 0).all())
    ((3, 1, 3), True)

    References: [1] Roberts and Lean (2008), doi 10.1175/2007MWR2123.1.
    """
    return fraction_sums(y_true, y_pred, thresholds, scales, definition).score()


def _check_scales(where, scales):
    listed = np.atleast_1d(np.asarray(scales, object))
    if listed.ndim != 1 or not listed.size or len(set(listed)) < listed.size:
        raise error(
            where,
            f"scales={scales!r}",
            "at least one number of pixels, all different",
            "Pass scales=(1, 5, 17).",
        )
    return tuple(sorted(check_int(where, "scales", scale, 1) for scale in listed))


def _count_in_squares(events, scale):
    """Return how many events (B, T, H, W, C) are in the square around each pixel, float64.

    A window of even size reaches as far as that of `scipy.ndimage.uniform_filter`.
    """
    counts = events.astype(float)
    for axis in (2, 3):
        size = counts.shape[axis]
        before = [(0, 0)] * counts.ndim
        before[axis] = (1, 0)
        up_to = np.pad(np.cumsum(counts, axis=axis), before)
        first = np.clip(np.arange(size) - scale // 2, 0, size)
        last = np.clip(np.arange(size) - scale // 2 + scale, 0, size)
        counts = np.take(up_to, last, axis=axis) - np.take(up_to, first, axis=axis)
    return counts
