"""What a GeoTIFF says beside its pixels: their place, the code for no data, scale and offset."""

import dataclasses
import math
import re

import numpy as np

from st_keras.datasets.archives.frames import Grid

# The GeoTIFF standard of the OGC, and two tags of GDAL.
_PIXEL_SCALE, _TIE_POINT, _KEYS, _METADATA, _NODATA = 33550, 33922, 34735, 42112, 42113
_RASTER_TYPE, _GEOGRAPHIC, _PROJECTED = 1025, 2048, 3072
_PIXEL_IS_POINT, _USER_DEFINED = 2, 32767
_SUBFILE, _REDUCED = 254, 1


@dataclasses.dataclass(frozen=True)
class GeoTIFF:
    """What the tags of an image say.

    Args:
        grid: `Grid`, or None: they say none, or one that is turned.
        nodata: float, the code for no data; None: they name none.
        scale, offset: floats: a value is scale * code + offset.
    """

    grid: Grid | None = None
    nodata: float | None = None
    scale: float = 1.0
    offset: float = 0.0


def read_geotiff(image):
    """Read the tags of an image.

    Args:
        image: `PIL.Image.Image`, at its first page.

    Returns:
        `GeoTIFF`; that of an image that is no TIFF, or a plain one, says nothing.
    """
    tags = getattr(image, "tag_v2", {})
    metadata = str(tags.get(_METADATA, ""))
    nodata = _number(tags.get(_NODATA))
    return GeoTIFF(
        grid=_grid(tags, image.size),
        nodata=nodata,
        scale=_item(metadata, "scale", 1.0),
        offset=_item(metadata, "offset", 0.0),
    )


def pages(image):
    """Count the pages of a TIFF that are no smaller copies of another, as in cloud-optimised files.

    Args:
        image: `PIL.Image.Image`; it is left at its first page.

    Returns:
        int, at least 1.
    """
    found = 1
    for page in range(1, getattr(image, "n_frames", 1)):
        image.seek(page)
        found += not getattr(image, "tag_v2", {}).get(_SUBFILE, 0) & _REDUCED
    image.seek(0)
    return found


def _number(text):
    try:
        return float(str(text).strip("\0 "))
    except ValueError:
        return None


def _item(metadata, role, default):
    found = re.search(rf'<Item[^>]*role="{role}"[^>]*>([^<]*)</Item>', metadata)
    number = _number(found[1]) if found else None
    return default if number is None or not math.isfinite(number) else number


def _grid(tags, size):
    scale, tie = tags.get(_PIXEL_SCALE), tags.get(_TIE_POINT)
    if scale is None or tie is None or len(tie) != 6:
        return None
    width, height = size
    found = tags.get(_KEYS, ())
    # Four numbers for each key, after four of the directory; a location of 0: the value is here.
    keys = {found[at]: found[at + 3] for at in range(4, len(found) - 3, 4) if not found[at + 1]}
    centre = 0.0 if keys.get(_RASTER_TYPE) == _PIXEL_IS_POINT else 0.5
    codes = (keys.get(_PROJECTED), keys.get(_GEOGRAPHIC))
    code = next((each for each in codes if each not in (None, 0, _USER_DEFINED)), None)
    projected = keys.get(_PROJECTED) is not None
    named = ("projection_{}_coordinate", "m") if projected else ("{}", "degrees")
    standard = {"y": "latitude", "x": "longitude"}
    attributes = {
        axis: {
            "units": named[1],
            "standard_name": named[0].format(axis if projected else standard[axis]),
        }
        for axis in "yx"
    }
    return Grid(
        y=tie[4] - (np.arange(height) + centre - tie[1]) * scale[1],
        x=tie[3] + (np.arange(width) + centre - tie[0]) * scale[0],
        y_attributes=attributes["y"] if keys else {},
        x_attributes=attributes["x"] if keys else {},
        mapping={"epsg_code": f"EPSG:{code}"} if code else {},
    )
