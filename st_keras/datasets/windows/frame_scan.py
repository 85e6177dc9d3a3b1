"""What the values of users' frames are: one look at each, in blocks."""

import dataclasses

import numpy as np

from st_keras.datasets.windows.frame_axes import LETTERS
from st_keras.datasets.windows.missing_value import find_missing, show_missing_value
from st_keras.validation import error


@dataclasses.dataclass(frozen=True)
class FrameScan:
    """Per frame and channel, the extremes and how many values are missing; per pixel, if any is.

    Args:
        lows: float64 (N, T, C), smallest value that is not missing; inf where all are.
        highs: float64 (N, T, C), largest; -inf where all are missing.
        lost: int64 (N, T, C), number of missing values.
        seen: bool (H, W, C), pixels with a value that is not missing in any frame.

    Example:
    >>> three = [np.array([[[0.0], [1]]]), np.array([[[5.0], [7]]]), np.array([[[0], [3]]])]
    >>> scan = FrameScan(*three, seen=np.ones((2, 2, 1), bool))
    >>> scan.value_range([(0, 1, 2)]), scan.count_missing([(0, 0, 2)])
    ((1.0, 7.0), 3)
    """

    lows: np.ndarray
    highs: np.ndarray
    lost: np.ndarray
    seen: np.ndarray

    @property
    def low(self):
        """float64 (N, T), smallest value of each frame."""
        return self.lows.min(axis=2)

    @property
    def high(self):
        """float64 (N, T), largest value of each frame."""
        return self.highs.max(axis=2)

    @property
    def missing(self):
        """int64 (N, T), missing values of each frame."""
        return self.lost.sum(axis=2)

    def wholly_missing(self, channels=None):
        """Tell which frames hold nothing.

        Args:
            channels: list of ints, those that are looked at. Default None: all.

        Returns:
            bool (N, T).
        """
        lows = self.lows if channels is None else self.lows[:, :, channels]
        return np.isinf(lows).all(axis=2)

    def value_range(self, spans, channel=None):
        """Return `(low, high)` of the values that are not missing.

        Args:
            spans: iterable of `(sequence, start, stop)`, in frames.
            channel: int, or None (default): of all channels.
        """
        which = slice(None) if channel is None else channel
        extremes = [
            (self.lows[n, start:stop, which].min(), self.highs[n, start:stop, which].max())
            for n, start, stop in spans
        ]
        return tuple(
            float(end(each))
            for end, each in zip((min, max), zip(*extremes, strict=True), strict=True)
        )

    def count_missing(self, spans):
        """Return the number of missing values, an int."""
        return sum(int(self.lost[n, start:stop].sum()) for n, start, stop in spans)


@dataclasses.dataclass(frozen=True)
class BlockScan:
    """The same of a few frames that follow each other. Made by `scan_block`.

    Args:
        lows, highs, lost: (t, C).
        seen: bool (H, W, C).
        bad: int, values that are not finite, and not missing.
        first_bad: (value, place) of the first of them, place (t, y, x, channel); or None.
    """

    lows: np.ndarray
    highs: np.ndarray
    lost: np.ndarray
    seen: np.ndarray
    bad: int = 0
    first_bad: tuple | None = None


def scan_block(block, codes=()):
    """Look at every value of a few frames once.

    Args:
        block: real array (t, H, W, C).
        codes: numbers that stand for no data, as `missing_codes` returns them. Default: none.

    Returns:
        `BlockScan`.

    Example:

    >>> found = scan_block(np.array([1.0, np.nan, 3, 255]).reshape(1, 2, 2, 1), (255,))
    >>> found.lost.tolist(), found.bad, found.first_bad
    ([[1]], 1, (np.float64(nan), (0, 0, 1, 0)))
    """
    holes = find_missing(block, codes)
    axes = (1, 2)
    bad, first = 0, None
    if block.dtype.kind == "f":
        fine = np.isfinite(block)
        if holes is not None:
            fine |= holes
        if not fine.all():
            bad = int(block.size - np.count_nonzero(fine))
            place = tuple(np.argwhere(~fine)[0].tolist())
            first = block[place], place
            holes = ~fine if holes is None else holes | ~fine  # of extremes no part
    if holes is None or not holes.any():
        lost = np.zeros((len(block), block.shape[3]), "int64")
        seen = np.ones(block.shape[1:], bool)
        return BlockScan(block.min(axis=axes), block.max(axis=axes), lost, seen, bad, first)
    if block.dtype.kind == "b":
        block = block.view("uint8")
    least, most = (-np.inf, np.inf) if block.dtype.kind == "f" else _limits(block.dtype)
    low = block.min(axis=axes, where=~holes, initial=most).astype("float64")
    high = block.max(axis=axes, where=~holes, initial=least).astype("float64")
    empty = holes.all(axis=axes)
    low[empty], high[empty] = np.inf, -np.inf
    lost = np.count_nonzero(holes, axis=axes)
    if bad:
        lost = lost - np.count_nonzero(~fine, axis=axes)
    seen = (~holes).any(axis=0)
    return BlockScan(low, high, lost, seen, bad, first)


def scan_frames(where, view, codes=()):
    """Look at every value once; refuse NaN, infinity and constant data.

    Args:
        where: str. Who asks; the errors begin with it.
        view: `FrameView`.
        codes: numbers that stand for no data, as `missing_codes` returns them: they count as
            missing, and are left out of everything else. Default: none.

    Returns:
        `FrameScan`.

    Raises:
        ValueError: if a value is NaN or infinite (also after the cast to float32), or if all that
            are not missing are one, or all are missing.

    Example:
    >>> from st_keras.datasets.windows.frame_view import view_frames
    >>> scan = scan_frames("doc", view_frames("doc", np.arange(12.0).reshape(3, 2, 2)))
    >>> scan.low
    array([[0., 4., 8.]])
    """
    scan, bad, first = empty_scan(view), 0, None
    for n, length in enumerate(view.lengths):
        for start, block in view.blocks(n, 0, length):
            found = scan_block(block, codes)
            put_block(scan, n, start, found)
            bad += found.bad
            if first is None and found.first_bad:
                value, (t, *rest) = found.first_bad
                first = value, (n, start + t, *rest)
    if bad:
        raise _not_finite(where, view.axes, bad, *first)
    check_range(where, *scan.value_range((n, 0, t) for n, t in enumerate(view.lengths)), codes)
    return scan


def empty_scan(view):
    """Return a `FrameScan` of which nothing is known yet, for the frames of a view."""
    shape = (*view.shape[:2], view.shape[4])
    return FrameScan(
        np.full(shape, np.inf),
        np.full(shape, -np.inf),
        np.zeros(shape, "int64"),
        np.zeros(view.shape[2:], bool),
    )


def scan_of_range(view, low, high):
    """Return the `FrameScan` of frames of which nothing is missing and the range is known.

    Args:
        view: `FrameView`; none of its frames is read.
        low, high: floats, the ends of the range.

    Example:

    >>> from st_keras.datasets.windows.frame_view import view_frames
    >>> scan_of_range(view_frames("doc", np.zeros((3, 2, 2))), 0, 255).value_range([(0, 0, 3)])
    (0.0, 255.0)
    """
    scan = empty_scan(view)
    scan.lows[...], scan.highs[...], scan.seen[...] = low, high, True
    return scan


def put_block(scan, n, start, found):
    """Put what `scan_block` found of frames from `start` on of sequence `n` into a scan."""
    place = n, slice(start, start + len(found.lows))
    scan.lows[place], scan.highs[place] = found.lows, found.highs
    scan.lost[place] = found.lost
    scan.seen[...] |= found.seen


def check_range(where, low, high, codes=(), what="frames"):
    """Refuse values that cannot be learned from.

    Args:
        where: str. Who asks; the error begins with it.
        low, high: floats, the extremes of all values that are not missing.
        codes: as for `scan_frames`.
        what: str, whose values they are. Default "frames".

    Raises:
        ValueError: if there is no value, if float32 cannot hold one, or all are one in float32.
    """
    if low > high:
        code = show_missing_value(codes)
        raise error(
            where,
            f"{what} whose every value is the missing value {code}",
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
            f"constant {what}: every value is {low:g} in float32",
            "at least two different values, or there is nothing to learn",
            "Check the file, the variable and the unit conversion; subtract a large offset.",
        )


def _not_finite(where, axes, count, value, place):
    place = dict(zip(LETTERS, place, strict=True))
    return error(
        where,
        f"{count} NaN or infinite values in frames, the first {value} at index "
        f"{tuple(place[axis] for axis in axes)} of axes {axes}",
        "finite numbers",
        f"Pass missing='mask' if NaN means no data, or missing_value=float('{value}'); or fill "
        "gaps, for example with numpy.nan_to_num(frames, nan=0.0).",
    )


def _limits(dtype):
    limits = np.iinfo(dtype)
    return limits.min, limits.max
