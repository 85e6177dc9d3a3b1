"""Wet windows more often than dry ones: with which chance each window is drawn."""

import dataclasses

import numpy as np

from st_keras.validation import check_int, check_number, check_one_of

RULES = ("mean", "share")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ImportanceSampling:
    """By which rule windows and crops are drawn, so that those with rain come more often.

    Most of an archive is dry, and a network that sees windows as they come learns little of heavy
    rain. With n windows of rain amounts s, window i is drawn with the chance

        q_i = (minimum + s_i) / sum_j (minimum + s_j)

        rule "mean":    s = mean of min(max(x, 0) / level, 1)
        rule "share":   s = share of the pixels with x >= level

    over the pixels of its forecast channels that are not missing; s = 0 where all are. A loss
    weighted by w = 1 / (n q) has the expectation of one over evenly drawn windows (where pixels
    are missing, up to a factor: the loss is divided by the number of the valid ones).

    s is estimated once from a cheap look: a few frames of each window, and of these every few rows
    and columns. Frames that are whole, and dry by what was seen of their extremes when the dataset
    was made, are not read again.

    Args:
        level: float above 0, in the units of the frames: for rain rates about 1 to 10 mm/h.
        rule: "mean" (default) or "share".
        minimum: float above 0: a window without rain is drawn `minimum` / (`minimum` + 1) times as
            often as one that is full of it. No weight is above (minimum + mean s) / minimum.
            Default 0.01.
        weighted: bool. Whether elements are (frames, None, w), as `Forecaster.fit` takes weights:
            unbiased, where without (default) rain counts for more in the loss.
        frames_looked_at: int of at least 1, of each window, about. Default 4.
        pixel_step: int of at least 1: every so many rows and columns are looked at. Default 4.

    Raises:
        ValueError: if an argument is out of its range.

    Source: after the importance sampling of Ravuri et al., Skilful precipitation nowcasting using
    deep generative models of radar, Nature 597 (2021), supplementary information, where windows
    are accepted or not by a chance that grows with their rain. Here they are drawn by theirs: every
    batch is full, and known from its number.

    Example:

    >>> from st_keras.datasets import SequenceDataset
    >>> rain = np.zeros((40, 8, 8))
    >>> rain[30:] = 5.0                                      # it rains in the last ten frames
    >>> data = SequenceDataset.from_arrays(rain, context_length=2, horizon=2, axes="THW")
    >>> sampling = ImportanceSampling(level=1.0, weighted=True)
    >>> batches = data.as_dataset(512, repeat=True, importance=sampling)
    >>> frames, _, weights = next(iter(batches))
    >>> wet = frames.numpy().max(axis=(1, 2, 3, 4)) > 0
    >>> bool(wet.mean() > 0.9), bool(weights.numpy()[wet].max() < weights.numpy()[~wet].min())
    (True, True)
    """

    level: float
    rule: str = "mean"
    minimum: float = 0.01
    weighted: bool = False
    frames_looked_at: int = 4
    pixel_step: int = 4

    def __post_init__(self):
        where, tiny = type(self).__name__, float(np.finfo("float32").tiny)
        check_one_of(where, "rule", self.rule, RULES)
        check_number(where, "level", self.level, tiny)
        check_number(where, "minimum", self.minimum, 1e-6)
        check_int(where, "frames_looked_at", self.frames_looked_at, 1)
        check_int(where, "pixel_step", self.pixel_step, 1)

    def chances(self, amounts):
        """Return the chances of windows.

        Args:
            amounts: float (n,), s of each window.

        Returns:
            float64 (n,), q; their sum is 1.

        >>> ImportanceSampling(level=1.0, minimum=0.25).chances(np.array([0.0, 0.5])).tolist()
        [0.25, 0.75]
        """
        chances = self.minimum + np.asarray(amounts, "float64")
        return chances / chances.sum()

    def amounts(self, values):
        """Return what each pixel adds to s.

        Args:
            values: float array; NaN is missing.

        Returns:
            float64 array of its shape, in [0, 1]; NaN stays NaN.
        """
        values = np.asarray(values, "float64")
        if self.rule == "share":
            return np.where(np.isnan(values), np.nan, values >= self.level)
        return np.clip(values / self.level, 0.0, 1.0)


def window_amounts(sampling, read, places, length, crop, channels, dry=None):
    """Estimate s of each window from a cheap look.

    Args:
        sampling: `ImportanceSampling`.
        read: function of (sequence, start, stop) -> frames (t, H, W, C), NaN where missing.
        places: int (n, 4), sequence, first frame, first row and first column of each window.
        length: int, frames of a window.
        crop: (height, width) of a window.
        channels: sequence of ints, those that are forecast.
        dry: bool (N, T), frames that are known to have every pixel, and none that adds to s: they
            are not read. Default None: nothing is known.

    Returns:
        float64 (n,).

    Example:

    >>> frames = np.zeros((6, 4, 4, 1))
    >>> frames[3:, :, 2:] = 1.0
    >>> places = np.array([[0, 0, 0, 0], [0, 2, 0, 0], [0, 3, 0, 2]])
    >>> window_amounts(ImportanceSampling(level=1.0, pixel_step=1), lambda n, a, b: frames[a:b],
    ...                places, 3, (4, 2), [0]).tolist()
    [0.0, 0.0, 1.0]
    """
    every = max(1, length // sampling.frames_looked_at)
    step = min(sampling.pixel_step, *crop)
    crops, crop_of = np.unique(places[:, 2:], axis=0, return_inverse=True)
    crop_of = crop_of.ravel()
    boxes = [(-(-crops[:, k] // step), -(-(crops[:, k] + crop[k]) // step)) for k in (0, 1)]
    # Of a frame that is known to be dry.
    pixels = np.prod([stop - start for start, stop in boxes], axis=0) * len(channels)
    amounts = np.zeros(len(places))
    for n in np.unique(places[:, 0]).tolist():
        rows = np.flatnonzero(places[:, 0] == n)
        starts, stops = places[rows, 1], places[rows, 1] + length
        # Frame t is looked at if `every` divides it and a window holds it.
        looks = np.arange(0, stops.max(), every)
        opened = np.searchsorted(np.sort(starts), looks, side="right")
        looks = looks[opened > np.searchsorted(np.sort(stops), looks, side="right")]
        sums = np.zeros((2, len(looks) + 1, len(crops)))
        for k, t in enumerate(looks.tolist()):
            if dry is not None and dry[n, t]:
                sums[:, k + 1] = sums[:, k] + [np.zeros(len(crops)), pixels]
                continue
            frame = read(n, t, t + 1)[0, ::step, ::step][..., list(channels)]
            found = sampling.amounts(frame)
            there = ~np.isnan(found)
            parts = np.where(there, found, 0.0), there.astype(float)
            for total, values in zip(sums, parts, strict=True):
                total[k + 1] = total[k] + _in_boxes(values.sum(axis=-1), *boxes)
        first, last = np.searchsorted(looks, starts), np.searchsorted(looks, stops)
        added, counted = (
            total[last, crop_of[rows]] - total[first, crop_of[rows]] for total in sums
        )
        amounts[rows] = np.where(counted > 0, added / np.maximum(counted, 1), 0.0)
    return amounts


def _in_boxes(values, rows, columns):
    """Sum values (H, W) over boxes, given as (first, last + 1) of rows and of columns."""
    total = np.zeros((values.shape[0] + 1, values.shape[1] + 1))
    total[1:, 1:] = values.cumsum(axis=0).cumsum(axis=1)
    (top, bottom), (left, right) = rows, columns
    return total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
