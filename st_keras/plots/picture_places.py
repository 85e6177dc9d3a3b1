"""Where the pixels of pictures lie: north up, lines at round coordinates, outlines of coasts."""

import numpy as np

from st_keras.validation import error

_LINES = 3  # about so many in each direction
_BEYOND = 1000  # pixels outside the frame, to which coordinates go on evenly


class PicturePlaces:
    """Coordinates of frames that are drawn.

    Args:
        where: str. Who asks; the errors begin with it.
        size: (H, W) of the frames.
        grid: `Grid` of the frames, or what has its `y`, `x`, `y_attributes` and `x_attributes`.
            Default None.
        extent: (left, right, bottom, top), floats: coordinates of the frame's edges, where row 0 is
            at the top. Default None. Not beside `grid`.
        outlines: sequence of (x, y), arrays of the corners of lines to draw, such as coasts, in the
            same coordinates. NaN parts a line. Default: none.

    Attributes:
        known: bool. Whether there are coordinates.
        outlines: list of arrays (k, 2), columns and rows of corners in pixels of the drawn frame, 0
            being the middle of the first.

    Raises:
        ValueError: if both grid and extent are given, they do not fit the frames or do not ascend
            or descend, or there are outlines without either.

    Example:

    >>> places = PicturePlaces("doc", (40, 60), extent=(0, 30, 0, 20))
    >>> places.lines("x"), places.caption
    (([19.5, 39.5], ['10', '20']), 'lines at x = 10, 20; y = 15, 10, 5')
    """

    def __init__(self, where, size, grid=None, extent=None, outlines=()):
        self._where = where
        outlines = list(outlines)
        if grid is not None and extent is not None:
            raise error(where, "grid and extent", "one of them", "Leave one out.")
        self.known = grid is not None or extent is not None
        if outlines and not self.known:
            raise error(
                where,
                f"{len(outlines)} outline(s) without coordinates of the frames",
                "grid or extent",
                "Pass grid=dataset.grid, or extent=(left, right, bottom, top).",
            )
        self.outlines = []
        if not self.known:
            return
        if grid is None:
            y, x = _centres(where, extent, size)
            self._units = {"y": "", "x": ""}
        else:
            y, x = (np.asarray(line, "float64") for line in (grid.y, grid.x))
            both = {"y": grid.y_attributes, "x": grid.x_attributes}
            self._units = {name: str(each.get("units", "")) for name, each in both.items()}
        steps = [np.diff(line) for line in (y, x)]
        if (len(y), len(x)) != tuple(size) or not all(
            len(step) and (step * np.sign(step[0]) > 0).all() for step in steps
        ):
            raise error(
                where,
                f"coordinates of {len(y)} x {len(x)} pixels for frames of {size[0]} x {size[1]}",
                "coordinates of these frames, two rows and columns or more, that ascend or descend",
                "Pass the grid of the frames.",
            )
        # North up and east to the right, however the frames lie.
        self._flips = bool(y[0] < y[-1]), bool(x[0] > x[-1])
        self._centres = {
            "y": y[:: -1 if self._flips[0] else 1],
            "x": x[:: -1 if self._flips[1] else 1],
        }
        self.outlines = [part for outline in outlines for part in self._placed(outline)]

    def oriented(self, frames):
        """Return frames (T, H, W, C) as they are drawn; None stays None."""
        if frames is None or not self.known:
            return frames
        rows, columns = self._flips
        return frames[:, :: -1 if rows else 1, :: -1 if columns else 1]

    def lines(self, name):
        """Return where lines at round coordinates are.

        Args:
            name: "y" or "x".

        Returns:
            `(positions, labels)`: floats in pixels of the drawn frame, and texts in `unit(name)`.
        """
        if not self.known:
            return [], []
        from matplotlib.ticker import MaxNLocator

        centres = self._centres[name] / self._unit(name)[1]
        ends = sorted((float(centres[0]), float(centres[-1])))
        values = MaxNLocator(_LINES, steps=(1, 2, 5, 10)).tick_values(*ends)
        values = [value for value in values.tolist() if ends[0] <= value <= ends[1]]
        found = sorted(zip(self._position(name, values, centres).tolist(), values, strict=True))
        return [place for place, _ in found], [f"{value:g}" for _, value in found]

    @property
    def caption(self):
        """What the lines are, in words; None where there are none."""
        said = []
        for name in ("x", "y"):
            labels = self.lines(name)[1]
            if labels:
                said.append(f"{name} = {', '.join(labels)} {self._unit(name)[0]}".rstrip())
        return f"lines at {'; '.join(said)}" if said else None

    @property
    def unit_note(self):
        """In which units lines are labelled, in words; None where nobody says it."""
        units = dict.fromkeys(self._unit(name)[0] for name in ("x", "y")) if self.known else {}
        return f"lines: {', '.join(filter(None, units))}" if any(units) else None

    def _unit(self, name):
        """Return how the units are shown, and what the coordinates are divided by for that."""
        units = self._units[name]
        if units in ("m", "metre", "meter", "metres", "meters"):
            return "km", 1000.0
        return ("°" if units.startswith("degree") else units), 1.0

    def _position(self, name, values, centres=None):
        """Return the pixels of coordinates; what lies outside goes on evenly."""
        centres = self._centres[name] if centres is None else centres
        first, last = centres[1] - centres[0], centres[-1] - centres[-2]
        known = np.r_[centres[0] - _BEYOND * first, centres, centres[-1] + _BEYOND * last]
        pixels = np.r_[-_BEYOND, np.arange(len(centres)), len(centres) - 1 + _BEYOND]
        order = slice(None) if first > 0 else slice(None, None, -1)
        return np.interp(values, known[order], pixels[order])

    def _placed(self, outline):
        """Return the parts of an outline in pixels."""
        try:
            x, y = (np.asarray(line, "float64").ravel() for line in outline)
            corners = np.stack([self._position("x", x), self._position("y", y)], axis=1)
        except (TypeError, ValueError) as reason:
            raise error(
                self._where,
                f"an outline that is no pair of arrays ({reason})",
                "(x, y), coordinates of the corners, equally many",
                "Pass for example outlines=[(x, y) for x, y in coasts].",
            ) from reason
        gaps = np.flatnonzero(np.isnan(corners).any(axis=1))
        parts = [part[~np.isnan(part).any(axis=1)] for part in np.split(corners, gaps)]
        return [part for part in parts if len(part) > 1]


def _centres(where, extent, size):
    """Return coordinates of rows and columns between the edges of a frame."""
    try:
        left, right, bottom, top = (float(edge) for edge in extent)
        fits = np.isfinite([left, right, bottom, top]).all() and left < right and bottom < top
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise error(
            where,
            f"extent={extent!r}",
            "(left, right, bottom, top), left < right and bottom < top",
            "Pass the coordinates of the frame's edges.",
        )
    height, width = size
    y = top - (np.arange(height) + 0.5) * (top - bottom) / height
    return y, left + (np.arange(width) + 0.5) * (right - left) / width
