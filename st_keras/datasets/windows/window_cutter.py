"""Where windows of frames begin, and which are left out because they are not whole."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Windows:
    """Windows cut from spans of frames.

    Args:
        starts: int64 (n, 2), sequence and first frame of each window that is whole.
        across_gaps: int, windows left out because a step of time in them is not the usual one.
        with_missing: int, other windows left out because of what is missing in them.
    """

    starts: np.ndarray
    across_gaps: int
    with_missing: int


class WindowCutter:
    """Cuts windows that cross no gap in time, and hold no frame with holes, or not many.

    Args:
        length: int, frames of a window.
        stride: int, frames between the starts of two windows. Default 1.
        unusual: N bool arrays (T - 1), where the step to the next frame is not the usual one.
            Default None: nothing is known of times.
        missing: bool (N, T), frames in which too much is missing. Default None: in none.
        most_missing: int, how many of them a window may hold. Default 0.

    Example:
    >>> cutter = WindowCutter(2, missing=np.array([[False, False, True, False, False]]))
    >>> windows = cutter.cut([(0, 0, 5)])
    >>> windows.starts.tolist(), windows.with_missing
    ([[0, 0], [0, 3]], 2)
    """

    def __init__(self, length, stride=1, unusual=None, missing=None, most_missing=0):
        self.length, self.stride = length, stride
        self._unusual, self._missing, self._most_missing = unusual, missing, most_missing

    def cut(self, spans, stride=None):
        """Cut windows, beginning with the first frame of each span.

        Args:
            spans: list of `(sequence, start, stop)`, in frames.
            stride: int. Default None: that of the cutter.

        Returns:
            `Windows`.
        """
        starts, across_gaps, with_missing = [np.empty((0, 2), "int64")], 0, 0
        for n, start, stop in spans:
            at = np.arange(start, stop - self.length + 1, stride or self.stride)
            gaps = _count_within(self._unusual, n, at, self.length - 1) > 0
            holes = _count_within(self._missing, n, at, self.length) > self._most_missing
            holes &= ~gaps
            at = at[~gaps & ~holes]
            starts.append(np.stack([np.full_like(at, n), at], 1))
            across_gaps += int(np.count_nonzero(gaps))
            with_missing += int(np.count_nonzero(holes))
        return Windows(np.concatenate(starts), across_gaps, with_missing)


def _count_within(flags, n, starts, length):
    """Count for each start how many of the `length` flags from there on are set."""
    if flags is None or not starts.size:
        return np.zeros(len(starts), int)
    first = int(starts[0])
    before = np.cumsum(np.r_[0, flags[n][first : int(starts[-1]) + length]])
    return before[starts - first + length] - before[starts - first]
