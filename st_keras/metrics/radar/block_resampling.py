"""Intervals of scores by resampling whole blocks: windows of one event are no independent draws."""

import dataclasses

import numpy as np

from st_keras.validation import check_int, check_number, error

_LARGE = 1e300


@dataclasses.dataclass(frozen=True)
class Interval:
    """A score with its interval.

    Attributes:
        value: float64 array or scalar: the score of all blocks.
        low, high: the same: the interval's ends; NaN where there is but one block, or no score.
        confidence: float, such as 0.95.
        blocks: int. Of how many blocks; an interval of few is too narrow.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    confidence: float
    blocks: int


def block_bootstrap(
    sums, statistic, blocks=None, confidence=0.95, seed=0, resamples=1000, at_once=False
):
    """Return a score of sums with its percentile interval, resampling whole blocks.

    Blocks are drawn with replacement, as many as there are; their sums are added, and the score is
    taken of the sums: the ratio of sums of `metrics.radar`, never a mean of ratios. Windows of an
    event, or of a day, resemble each other, so that an interval over windows would be too narrow.
    For the difference of two methods on the same windows (paired), pass the sums of both and a
    statistic that subtracts.

    Args:
        sums: dict, name -> array (N, ...): what is summed, by window.
        statistic: function of a dict of the same names, arrays (...) summed over windows, that
            returns a number or an array.
        blocks: sequence of N labels of any kind: which event or day a window is of. Default None:
            every window is a block of its own.
        confidence: float in [0.5, 0.999]. Default 0.95.
        seed: int. Equal seeds give equal intervals. Default 0.
        resamples: int. Default 1000.
        at_once: bool. True: `statistic` is called once for all resamples, with arrays
            (resamples, ...), and returns as many numbers or arrays. Default False.

    Returns:
        `Interval`. Resamples without a score (NaN) are left out of the percentiles.

    Raises:
        ValueError: for no sums, sums or blocks of different lengths, or wrong numbers.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import block_bootstrap
    >>> sums = {"hits": np.array([3.0, 1.0, 0.0, 5.0]), "events": np.array([4.0, 4.0, 1.0, 6.0])}
    >>> days = ["1 May", "1 May", "2 May", "3 May"]
    >>> pod = block_bootstrap(sums, lambda s: s["hits"] / s["events"], days)
    >>> pod.blocks, bool(pod.low < pod.value < pod.high)
    (3, True)

    References: [1] Efron and Tibshirani (1993) An Introduction to the Bootstrap, chapter 13.
    """
    where = "block_bootstrap"
    check_number(where, "confidence", confidence, 0.5, 0.999)
    check_int(where, "seed", seed, 0)
    check_int(where, "resamples", resamples, 1)
    sums = {name: np.asarray(values, float) for name, values in sums.items()}
    places = _places(where, sums, blocks)
    count = places.max() + 1
    of_blocks = {}
    for name, values in sums.items():
        of_blocks[name] = np.zeros((count, *values.shape[1:]))
        np.add.at(of_blocks[name], places, values)
    value = np.asarray(statistic({name: v.sum(axis=0) for name, v in of_blocks.items()}), float)
    if count == 1:
        nan = np.full(value.shape, np.nan)
        return Interval(value, nan, nan, confidence, 1)
    drawn = np.random.default_rng(seed).integers(0, count, (resamples, count))
    # How often each block is drawn, times its sums: one product for all resamples.
    often = np.stack([np.bincount(chosen, minlength=count) for chosen in drawn]).astype(float)
    redrawn = {name: _sums_of_drawn(often, v) for name, v in of_blocks.items()}
    if at_once:
        found = np.asarray(statistic(redrawn), float)
    else:
        found = np.empty((resamples, *value.shape))
        for k in range(resamples):
            found[k] = statistic({name: v[k] for name, v in redrawn.items()})
    tail = (1 - confidence) / 2
    low, high = _percentiles(found, (100 * tail, 100 * (1 - tail)))
    unknown = np.isnan(value)
    low, high = (np.where(unknown, np.nan, end) for end in (low, high))
    return Interval(value, low, high, confidence, int(count))


def _sums_of_drawn(often, sums):
    """Return sums (resamples, ...) of blocks (count, ...), each as often as it is drawn."""
    finite = np.isfinite(sums)
    if finite.all():
        return np.tensordot(often, sums, axes=1)
    found = np.tensordot(often, np.where(finite, sums, 0.0), axes=1)
    # 0 x inf would be NaN: a block that is not drawn adds nothing, whatever it holds.
    for value in (np.inf, -np.inf, np.nan):
        same = np.isnan(sums) if np.isnan(value) else sums == value
        drawn = np.tensordot(often, same.astype(float), axes=1) > 0
        with np.errstate(invalid="ignore"):  # inf - inf
            found = np.where(drawn, found + value, found)
    return found


def _percentiles(found, percents):
    """Return percentiles over the first axis of what is not NaN; NaN of none."""
    none = np.isnan(found).all(axis=0)
    # Nothing lies between two infinities; between two large numbers there is a large one.
    finite = np.clip(np.where(none, 0.0, found), -_LARGE, _LARGE)
    ends = np.nanpercentile(finite, percents, axis=0)
    ends = np.where(np.abs(ends) >= _LARGE / 1e3, np.copysign(np.inf, ends), ends)
    return np.where(none, np.nan, ends)


def _places(where, sums, blocks):
    """Return the number (N,) of the block that each window is of, in the order they come."""
    lengths = {len(values) if values.ndim else 0 for values in sums.values()}
    if len(lengths) != 1 or not min(lengths):
        shapes = {name: values.shape for name, values in sums.items()}
        raise error(
            where,
            f"sums of the shapes {shapes}",
            "arrays (N, ...) of as many windows, at least one",
            "Count by window: contingency(..., by_window=True).",
        )
    size = lengths.pop()
    labels = range(size) if blocks is None else list(blocks)
    if len(labels) != size:
        raise error(
            where,
            f"{len(labels)} blocks for {size} windows",
            "one label for each window",
            "Name the event or the day that each window is of.",
        )
    numbers = {}
    return np.array([numbers.setdefault(label, len(numbers)) for label in labels])
