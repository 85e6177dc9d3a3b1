"""A number that looks as if it stood for "no data", though nobody has said so."""

import warnings

import numpy as np

from st_keras.datasets.missing_value import find_missing
from st_keras.validation import error

_SAMPLED = 8  # frames that mostly tell already that there is no code


def warn_of_fill_code(where, view, scan, missing_value=None):
    """Warn if an extreme value is one repeated number far outside the rest.

    That is, if it stands in the data at least twice, there are at least two other values, and
    all of these lie in the other half of the range.

    Args:
        where: str. Who asks; the warning begins with it.
        view: `FrameView`.
        scan: `FrameScan` of it.
        missing_value: what is known to stand for no data already. Default None.

    Returns:
        list of float, the numbers that were warned of.

    Example:
    >>> from st_keras.datasets.frame_scan import scan_frames
    >>> from st_keras.datasets.frame_view import view_frames
    >>> view = view_frames("doc", np.arange(60.0).reshape(3, 4, 5))
    >>> warn_of_fill_code("doc", view, scan_frames("doc", view))
    []
    """
    low, high = float(scan.low.min()), float(scan.high.max())
    found = []
    for search in (
        _Search(view, scan, missing_value, *ends) for ends in ((low, high), (high, low))
    ):
        rest = search.range_of_rest()
        if rest:
            found.append(search.code)
            # Shortest digits that are the code again in this dtype.
            _warn(where, str(view.dtype.type(search.code)).removesuffix(".0"), *rest)
    return found


class _Search:
    """Whether `code`, one end of the range, stands apart from all other values."""

    def __init__(self, view, scan, missing_value, code, end):
        self.view, self.missing_value, self.code, self.end = view, missing_value, code, end
        self.nearest_of = np.min if code < end else np.max
        self.extremes = scan.low if code < end else scan.high
        self.count, self.nearest = 0, []

    def range_of_rest(self):
        """Return `(low, high)` of all other values; None if the code is none."""
        places = np.argwhere(self.extremes == self.code)
        others = self.extremes[(self.extremes != self.code) & np.isfinite(self.extremes)]
        if others.size and not self._is_apart(others):
            return None  # without another look at the frames
        chosen = np.linspace(0, len(places) - 1, _SAMPLED).round().astype(int)
        if not all(self._look_at(n, t, t + 1) for n, t in places[np.unique(chosen)].tolist()):
            return None
        self.count = 0
        for n in np.unique(places[:, 0]).tolist():
            frames = places[places[:, 0] == n, 1].tolist()
            if not self._look_at(n, frames[0], frames[-1] + 1):
                return None
        nearest = float(self.nearest_of(self.nearest)) if self.nearest else self.end
        # Of two values each could be the code of the other.
        return (
            tuple(sorted((nearest, self.end))) if self.count > 1 and nearest != self.end else None
        )

    def _look_at(self, n, start, stop):
        """Count the code in these frames; return whether the rest of them is apart from it."""
        for _, block in self.view.blocks(n, start, stop):
            is_code = block == self.code
            self.count += int(np.count_nonzero(is_code))
            holes = find_missing(block, self.missing_value)
            rest = block[~(is_code if holes is None else is_code | holes)]
            if rest.size and not self._is_apart(rest):
                return False
        return True

    def _is_apart(self, values):
        nearest = float(self.nearest_of(values))
        self.nearest.append(nearest)
        # Halves: the sum of both ends may be more than a float holds.
        return abs(nearest / 2 - self.code / 2) > abs(self.end / 4 - self.code / 4)


def _warn(where, code, low, high):
    text = error(
        where,
        f"frames in which {code} stands again and again while all other values lie from {low:g} "
        f"to {high:g}: most likely a code for no data, which counts as data here",
        "data alone, or the code by its name",
        f"Pass missing_value={code} (--missing-value={code} on the command line) if it is one.",
    )
    # Past this module and the one that checks the frames, to who made the dataset.
    warnings.warn(str(text), UserWarning, stacklevel=5)
