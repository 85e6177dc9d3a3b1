"""Classes of rain and of reflectivity with their colours, as pictures of radars have them."""

import dataclasses

import numpy as np

from st_keras.choices import RADAR_COLOURS
from st_keras.units import usual_spelling
from st_keras.validation import check_one_of, error

_DRY = "#FFFFFF"
_EDGES = {
    "mm/h": (0.1, 0.5, 1, 2, 5, 10, 20, 30, 50, 100),
    "mm": (0.1, 0.5, 1, 2, 5, 10, 20, 30, 50, 100),
    "dBZ": (5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60),
}
RADAR_UNITS = tuple(_EDGES)
# Blue for little, green, yellow, red for much, violet for what is hail or nearly. Those of rain
# from 2 mm/h on are those of reflectivity from 25 dBZ on.
_USUAL = {
    "mm/h": (
        *("#B9D7F2", "#7FB2E5", "#3F83CE", "#1FA187", "#3DBB3D"),
        *("#F4E04D", "#F5A623", "#E8532B", "#B5121B", "#8E24AA"),
    ),
    "dBZ": (
        *("#D6E6F5", "#A9CBEC", "#6FA6DE", "#3979C4", "#1FA187", "#3DBB3D"),
        *("#F4E04D", "#F5A623", "#E8532B", "#B5121B", "#8E24AA", "#4A126B"),
    ),
}
# Ever darker, from yellow over green-blue to near black: told apart by whoever sees no red or no
# green, and on grey paper.
_DARKENING = (
    *("#FFF3B0", "#D9E08A", "#A3CC84", "#5FB18D", "#2F9399"),
    *("#20739C", "#2B5596", "#392F7D", "#331459", "#16062E"),
)


@dataclasses.dataclass(frozen=True)
class RadarColours:
    """A colour for each class of values. Made by `radar_colours`.

    Args:
        edges: tuple of n floats: class k holds what is at least edge k and below the next one; the
            last has no end. What is below the first is white.
        colours: tuple of n + 1 str "#RRGGBB", from white on.
        units: str.
    """

    edges: tuple
    colours: tuple
    units: str

    def images(self, frames):
        """Return uint8 (..., 3), colours of values (...); of NaN white.

        >>> radar_colours("doc", "radar", "mm/h").images(np.array([0.0, 300.0])).tolist()
        [[255, 255, 255], [142, 36, 170]]
        """
        table = np.array([_bytes_of(colour) for colour in self.colours], "uint8")
        # Of float32 and its edge 0.1 in float32: a value that stands there is of that class.
        frames = np.nan_to_num(np.asarray(frames, "float32"), nan=-np.inf)
        return table[np.searchsorted(np.float32(self.edges), frames, side="right")]

    def scale(self):
        """Return `(colormap, norm)` of Matplotlib for a colour bar of all classes."""
        from matplotlib.colors import BoundaryNorm, ListedColormap

        return ListedColormap(self.colours[1:]), BoundaryNorm(self.ends, len(self.edges))

    @property
    def ends(self):
        """The edges and an end of the last class, for a scale."""
        return (*self.edges, 2 * self.edges[-1] - self.edges[-2])

    @property
    def labels(self):
        """Texts of the edges."""
        return [f"{edge:g}" for edge in self.edges]


def radar_colours(where, colours, units):
    """Return the colours of rain or reflectivity, by their units.

    Args:
        where: str. Who asks; the error begins with it.
        colours: "radar", from blue over yellow to violet, or "radar-safe", from light to dark, for
            readers who see no red or no green.
        units: str in any usual spelling: "mm/h" or "mm" for classes of rain, "dBZ" for those of
            reflectivity.

    Returns:
        `RadarColours`.

    Raises:
        ValueError: for other colours or units.

    Example:

    >>> radar_colours("doc", "radar", "mm h-1").edges
    (0.1, 0.5, 1, 2, 5, 10, 20, 30, 50, 100)
    """
    check_one_of(where, "colours", colours, RADAR_COLOURS)
    usual = usual_spelling(units)
    if usual not in _EDGES:
        raise error(
            where,
            f"colours={colours!r} for frames in {units!r}",
            f"units with classes: {', '.join(map(repr, _EDGES))}",
            "State the units of the frames, or use cmap, vmin and vmax.",
        )
    edges = _EDGES[usual]
    shown = _USUAL["dBZ" if usual == "dBZ" else "mm/h"]
    if colours == "radar-safe":
        shown = _between(_DARKENING, len(edges))
    return RadarColours(edges, (_DRY, *shown), usual)


def _between(colours, count):
    """Take `count` colours evenly from first to last."""
    table = np.array([_bytes_of(colour) for colour in colours], float)
    places, own = np.linspace(0, len(table) - 1, count), np.arange(len(table))
    mixed = [np.interp(places, own, channel).round().astype(int) for channel in table.T]
    return tuple(
        f"#{red:02X}{green:02X}{blue:02X}" for red, green, blue in zip(*mixed, strict=True)
    )


def _bytes_of(colour):
    return tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5))
