"""Where the pixels of an ODIM_H5 composite lie."""

import importlib.util

import numpy as np

from st_keras.datasets.archives.frames import Grid
from st_keras.datasets.readers.hdf5_attributes import attribute
from st_keras.validation import error, require

_CORNERS = ("LL_lon", "LL_lat", "UR_lon", "UR_lat")


def odim_grid(where, path, levels, shape):
    """Return the grid of a composite, from what it says of projection, corners and pixels.

    The file gives its corners in degrees: pyproj, where it is installed, tells where these lie in
    the projection. Without it coordinates begin at the lower left corner, as a note says, and the
    mapping holds the corners, so that another grid is still told.

    Args:
        where: str. Who reads; errors begin with it.
        path: str or path, for messages.
        levels: groups "where", or None, the one nearest to the data first.
        shape: (H, W) of the data. Row 0 is the northern one.

    Returns:
        `(Grid, tuple of notes)`; `(None, ())` where the file does not say enough.

    Raises:
        ValueError: where it says that it has another size.
    """

    def found(name):
        values = (attribute(level, name) for level in levels)
        return next((value for value in values if value is not None), None)

    said = found("ysize"), found("xsize")
    if None not in said and said != tuple(shape):
        raise error(
            where,
            f"{str(path)!r} with data of shape {tuple(shape)} and sizes {said} in its 'where'",
            "data of the size that it says",
            "Copy or download it again; if it is whole, tell those who wrote it.",
        )
    corners, projection = [found(name) for name in _CORNERS], found("projdef")
    height, width = found("yscale"), found("xscale")
    if projection is None or None in corners or None in (height, width):
        return None, ()
    y = (shape[0] - np.arange(shape[0]) - 0.5) * height
    x = (np.arange(shape[1]) + 0.5) * width
    standard = {"units": "degrees" if "longlat" in projection else "m"}
    if importlib.util.find_spec("pyproj") is None:
        return (
            Grid(
                y=y,
                x=x,
                y_attributes={**standard, "long_name": "distance from the lower left corner"},
                x_attributes={**standard, "long_name": "distance from the lower left corner"},
                mapping={"projdef": projection, **dict(zip(_CORNERS, corners, strict=True))},
            ),
            (
                "Coordinates begin at the lower left corner: pyproj, which would place them in the "
                "projection, is not installed (pip install 'st_keras[radar]').",
            ),
        )
    projected = require(where, "pyproj", "pyproj", "radar").Proj(projection)
    left, bottom = projected(corners[0], corners[1])
    return (
        Grid(
            y=bottom + y,
            x=left + x,
            y_attributes={**standard, "standard_name": "projection_y_coordinate"},
            x_attributes={**standard, "standard_name": "projection_x_coordinate"},
            mapping={"proj4": projection},
        ),
        (),
    )
