"""What the values of users' frames are: one look at each, in blocks."""

import dataclasses

import numpy as np

from st_keras.datasets.frame_axes import LETTERS
from st_keras.datasets.missing_value import find_missing
from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class FrameScan:
    """Per frame, its extremes and how many of its values are missing.

    Args:
        low: float64 (N, T), smallest value that is not missing; inf where all are.
        high: float64 (N, T), largest; -inf where all are missing.
        missing: int64 (N, T), number of missing values.

    Example:
    >>> scan = FrameScan(np.array([[0.0, 1]]), np.array([[5.0, 7]]), np.array([[0, 3]]))
    >>> scan.value_range([(0, 1, 2)]), scan.count_missing([(0, 0, 2)])
    ((1.0, 7.0), 3)
    """

    low: np.ndarray
    high: np.ndarray
    missing: np.ndarray

    def value_range(self, spans):
        """Return `(low, high)` of the values that are not missing.

        Args:
            spans: iterable of `(sequence, start, stop)`, in frames.
        """
        extremes = [
            (self.low[n, start:stop].min(), self.high[n, start:stop].max())
            for n, start, stop in spans
        ]
        return tuple(
            float(end(each))
            for end, each in zip((min, max), zip(*extremes, strict=True), strict=True)
        )

    def count_missing(self, spans):
        """Return the number of missing values, an int."""
        return sum(int(self.missing[n, start:stop].sum()) for n, start, stop in spans)


def scan_frames(where, view, missing_value=None):
    """Look at every value once; refuse NaN, infinity and constant data.

    Args:
        where: str. Who asks; the errors begin with it.
        view: `FrameView`.
        missing_value: number that stands for no data, as `check_missing_value` returned it: it
            counts as missing, and is left out of everything else. Default None.

    Returns:
        `FrameScan`.

    Raises:
        ValueError: if a value is NaN or infinite (also after the cast to float32), or if all that
            are not missing are one, or all are missing.

    Example:
    >>> from st_keras.datasets.frame_view import view_frames
    >>> scan = scan_frames("doc", view_frames("doc", np.arange(12.0).reshape(3, 2, 2)))
    >>> scan.low
    array([[0., 4., 8.]])
    """
    shape = view.shape[:2]
    scan = FrameScan(np.full(shape, np.inf), np.full(shape, -np.inf), np.zeros(shape, "int64"))
    bad = _BadValues(view.axes)
    for n in range(shape[0]):
        for start, block in view.blocks(n, 0, shape[1]):
            place = n, slice(start, start + len(block))
            holes = find_missing(block, missing_value)
            if holes is not None:
                scan.missing[place] = np.count_nonzero(holes, axis=(1, 2, 3))
            if not bad.look_at(n, start, block, holes):
                scan.low[place], scan.high[place] = _extremes(block, holes)
    bad.refuse(where)
    low, high = scan.value_range((n, 0, shape[1]) for n in range(shape[0]))
    if low > high:
        raise error(
            where,
            f"frames whose every value is the missing value {missing_value}",
            "at least two different values",
            "Check missing_value, the file and the variable.",
        )
    if max(-low, high) > float(np.finfo("float32").max):
        raise error(
            where,
            f"values in [{low:g}, {high:g}]",
            "values within float32, 3.4e38 at most",
            "Rescale the frames; name a fill value as missing_value.",
        )
    if np.float32(low) == np.float32(high):
        raise error(
            where,
            f"constant frames: every value is {low:g} in float32",
            "at least two different values, or there is nothing to learn",
            "Check the file, the variable and the unit conversion; subtract a large offset.",
        )
    return scan


class _BadValues:
    """Counts NaN and infinity, and remembers the first."""

    def __init__(self, axes):
        self.axes, self.count, self.first = axes, 0, None

    def look_at(self, n, start, block, holes):
        """Return whether there are any in the block."""
        if block.dtype.kind != "f":
            return False
        fine = np.isfinite(block)
        if holes is not None:
            fine |= holes
        if fine.all():
            return False
        if self.first is None:
            t, y, x, channel = np.argwhere(~fine)[0].tolist()
            place = dict(zip(LETTERS, (n, start + t, y, x, channel), strict=True))
            self.first = block[t, y, x, channel], tuple(place[axis] for axis in self.axes)
        self.count += int(block.size - np.count_nonzero(fine))
        return True

    def refuse(self, where):
        if self.count:
            value, place = self.first
            raise error(
                where,
                f"{self.count} NaN or infinite values in frames, the first {value} at index "
                f"{place} of axes {self.axes}",
                "finite numbers",
                "Fill gaps, for example with numpy.nan_to_num(frames, nan=0.0); or pass "
                f"missing_value=float('{value}'), and no window holds one.",
            )


def _extremes(block, holes):
    """Return the smallest and largest value of each frame, (t,) float64."""
    frames = (1, 2, 3)
    if holes is None or not holes.any():
        return block.min(axis=frames), block.max(axis=frames)
    if block.dtype.kind == "b":
        block = block.view("uint8")
    floats = block.dtype.kind == "f"
    least, most = (-np.inf, np.inf) if floats else _limits(block.dtype)
    low = block.min(axis=frames, where=~holes, initial=most).astype("float64")
    high = block.max(axis=frames, where=~holes, initial=least).astype("float64")
    empty = holes.all(axis=frames)
    low[empty], high[empty] = np.inf, -np.inf
    return low, high


def _limits(dtype):
    limits = np.iinfo(dtype)
    return limits.min, limits.max
