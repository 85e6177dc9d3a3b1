"""A number that looks as if it stood for "no data", though nobody has said so."""

import warnings

import numpy as np

from st_keras.datasets.windows.missing_value import find_missing
from st_keras.validation import error

_SAMPLED = 8  # frames that mostly tell already that there is no code


def warn_of_fill_code(where, view, scan, codes=()):
    """Warn if an extreme value is one repeated number far outside the rest.

    That is, if it stands in the data at least twice, there are at least two other values, and
    none of these is near: the gap before it is more than half of the whole range, or more than a
    quarter for a number that is customary as a code (the limit of an integer dtype, or nines, as
    255 of uint8 and -99 are); and more than twice as wide as any gap among the others, as far as
    a few frames tell.

    Args:
        where: str. Who asks; the warning begins with it.
        view: `FrameView`.
        scan: `FrameScan` of it.
        codes: what is known to stand for no data already. Default: nothing.

    Returns:
        list of float, the numbers that were warned of.

    Example:
    >>> from st_keras.datasets.windows.frame_scan import scan_frames
    >>> from st_keras.datasets.windows.frame_view import view_frames
    >>> view = view_frames("doc", np.arange(60.0).reshape(3, 4, 5))
    >>> warn_of_fill_code("doc", view, scan_frames("doc", view))
    []
    """
    low, high = float(scan.low.min()), float(scan.high.max())
    found = []
    for search in (_Search(view, scan, codes, *ends) for ends in ((low, high), (high, low))):
        rest = search.range_of_rest()
        if rest:
            found.append(search.code)
            # As it stands in the frames: float64 does not hold all of int64.
            _warn(where, str(search.exact).removesuffix(".0"), *rest)
    return found


class _Search:
    """Whether `code`, one end of the range, stands apart from all other values."""

    def __init__(self, view, scan, codes, code, end):
        self.view, self.scan, self.codes = view, scan, codes
        self.code, self.end = code, end
        self.share = 0.25 if _is_customary(code, view.dtype) else 0.5
        self.nearest_of = np.min if code < end else np.max
        self.count, self.nearest, self.exact = 0, [], None

    def range_of_rest(self):
        """Return `(low, high)` of all other values; None if the code is none."""
        extremes = self.scan.low if self.code < self.end else self.scan.high
        places = np.argwhere(extremes == self.code)
        others = extremes[(extremes != self.code) & np.isfinite(extremes)]
        if others.size and not self._is_apart(others):
            return None  # without another look at the frames
        if not all(self._look_at(n, t, t + 1) for n, t in _sample(places)):
            return None
        self.count = 0
        for n in np.unique(places[:, 0]).tolist():
            frames = places[places[:, 0] == n, 1].tolist()
            if not self._look_at(n, frames[0], frames[-1] + 1):
                return None
        nearest = float(self.nearest_of(self.nearest)) if self.nearest else self.end
        # Of two values each could be the code of the other.
        if self.count < 2 or nearest == self.end or self._has_gaps(nearest):
            return None
        return tuple(sorted((nearest, self.end)))

    def _look_at(self, n, start, stop):
        """Count the code in these frames; return whether the rest of them is apart from it."""
        for _, block in self.view.blocks(n, start, stop):
            is_code = block == self.code
            self.count += int(np.count_nonzero(is_code))
            if self.exact is None and is_code.any():
                self.exact = block[is_code][0]
            rest = self._rest_of(block, is_code)
            if rest.size and not self._is_apart(rest):
                return False
        return True

    def _is_apart(self, values):
        nearest = float(self.nearest_of(values))
        self.nearest.append(nearest)
        # Halves: the difference of both ends may be more than a float holds.
        return abs(nearest / 2 - self.code / 2) > self.share * abs(self.end / 2 - self.code / 2)

    def _has_gaps(self, nearest):
        """Tell whether the rest has gaps half as wide as the one before the code, or wider."""
        values = [nearest, self.end]
        for n, t in _sample(np.argwhere(np.isfinite(self.scan.low))):
            block = self.view.read(n, t, t + 1)
            values.append(np.unique(self._rest_of(block, block == self.code)).astype("float64"))
        gaps = np.diff(np.unique(np.hstack(values)))
        return 2 * gaps.max() >= abs(nearest - self.code)

    def _rest_of(self, block, is_code):
        holes = find_missing(block, self.codes)
        return block[~(is_code if holes is None else is_code | holes)]


def _is_customary(code, dtype):
    """Tell whether a number is one that data rarely have by chance."""
    limits = (np.iinfo(dtype).min, np.iinfo(dtype).max) if dtype.kind in "iu" else ()
    digits = str(abs(code)).removesuffix(".0")
    # The smallest unsigned integer is 0, which is data as a rule.
    return (code != 0 and code in limits) or (len(digits) > 1 and set(digits) == {"9"})


def _sample(places):
    chosen = np.linspace(0, len(places) - 1, _SAMPLED).round().astype(int)
    return places[np.unique(chosen)].tolist()


def _warn(where, code, low, high):
    text = error(
        where,
        f"frames in which {code} stands again and again while all other values lie from {low:g} "
        f"to {high:g}: it looks like a code for no data, and counts as data",
        "data alone, or the code by its name",
        f"Pass missing_value={code} (--missing-value={code} on the command line) if it is one.",
    )
    # Past this module, the one that checks the frames and the dataset, to who made that.
    warnings.warn(str(text), UserWarning, stacklevel=6)
