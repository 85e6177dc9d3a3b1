"""Radar composites of KNMI, the Dutch weather service: HDF5 files of its own form, a scan each."""

import datetime
import re

import numpy as np

from st_keras.datasets.archives.decoded_values import DecodedValues
from st_keras.datasets.archives.frames import Frames, Grid
from st_keras.datasets.archives.one_scan import OneScan
from st_keras.datasets.archives.standard_names import STANDARD_NAMES
from st_keras.datasets.readers.hdf5_attributes import attribute
from st_keras.datasets.readers.hdf5_file import array_at, detect_hdf5, opened_hdf5
from st_keras.datasets.readers.hdf5_values import HDF5Values
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.validation import error

WHERE = "reader 'knmi'"
_UNITS = {"MM": "mm", "DBZ": "dBZ", "MM/H": "mm/h", "M/S": "m/s", "KM": "km", "M": "m", "K": "K"}
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_FORMULA = re.compile(rf"GEO=({_NUMBER})\*PV(?:\+?({_NUMBER}))?")
# Older files give the radii in km, rounded, and forget a plus sign.
_WRONG = "+proj=stere +lat_0=90 +lon_0=0 +lat_ts=60 +a=6378.14 +b=6356.75 +x_0=0 y_0=0"
_RIGHT = "+proj=stere +lat_0=90 +lon_0=0.0 +lat_ts=60.0 +a=6378.137 +b=6356.752 +x_0=0 +y_0=0"


def calibration(formula):
    """Return factor and offset of a calibration formula.

    Args:
        formula: str, such as "GEO=0.500000*PV+-32.000000": the value from the code PV of a pixel.

    Returns:
        (float, float).

    Raises:
        ValueError: for another form; nothing in it is ever evaluated.

    Example:

    >>> calibration("GEO = 0.5 * PV - 32"), calibration("GEO=0.01*PV+0.0")
    ((0.5, -32.0), (0.01, 0.0))
    """
    found = _FORMULA.fullmatch("".join(str(formula).split()))
    if not found:
        raise error(
            WHERE,
            f"the calibration formula {str(formula)[:80]!r}",
            "a line, such as GEO=0.01*PV+0.0",
            "Read the codes with reader='hdf5' and variable='image1/image_data', and scale them.",
        )
    return float(found[1]), float(found[2] or 0.0)


def _open(path, variable=None, undetect=None):
    with opened_hdf5(WHERE, path) as file:
        image, quantity = _choose_image(path, file, variable)
        group = file[image]
        codes = HDF5Values(WHERE, path, group["image_data"])
        scale = group.get("calibration")
        factor, offset = calibration(attribute(scale, "calibration_formulas"))
        missing = attribute(scale, "calibration_missing_data")
        outside = attribute(scale, "calibration_out_of_image")
        grid = _grid(file, codes.shape)
        attributes, times = _about(file, group, quantity)
    no_echo = undetect is not None and missing is not None and missing != outside
    values = DecodedValues(
        OneScan(codes),
        factor,
        offset,
        missing=[code for code in (outside, missing) if code is not None][: 1 if no_echo else 2],
        replaced={missing: float(undetect)} if no_echo else {},
    )
    return Frames(
        values=values,
        axes="THW",
        times=times,
        units=quantity.units,
        name=quantity.name,
        grid=grid,
        nan_is_missing=True,
        sources=(str(path),),
        attributes=attributes,
    )


class _Quantity:
    """What an image shows: "ACCUMULATED_PRECIPITATION_[MM]" is a name and its unit."""

    def __init__(self, text):
        found = re.fullmatch(r"(.*?)_?\[(.*)\]", text or "")
        name, unit = found.groups() if found else (text, None)
        self.name = name.lower() if name else None
        self.units = None if unit is None else _UNITS.get(unit.upper(), unit)


def _choose_image(path, file, variable):
    """Return the name of an image and its `_Quantity`; `variable` is either's name."""
    found = {
        name: _Quantity(attribute(file[name], "image_geo_parameter"))
        for name in sorted(file, key=lambda name: (len(name), name))
        if re.fullmatch(r"image\d+", name) and "image_data" in file[name]
    }
    chosen = [name for name, quantity in found.items() if variable in (None, name, quantity.name)]
    if len(chosen) != 1:
        shown = ", ".join(f"{name} ({each.name})" for name, each in list(found.items())[:20])
        raise error(
            WHERE,
            f"{str(path)!r} with {len(chosen)} images"
            + (f" called {variable!r}" if variable is not None else ""),
            f"a file with exactly one image, or the name of one of {shown or 'none'}",
            "Pass one as variable, such as 'image1'.",
        )
    return chosen[0], found[chosen[0]]


def _about(file, group, quantity):
    """Return attributes by CF names, and the time at which the scan, or its interval, ends."""
    overview = file.get("overview")
    start, end = (
        _time(attribute(overview, f"product_datetime_{name}")) for name in ("start", "end")
    )
    attributes = {
        "institution": "KNMI",
        "product": attribute(group, "image_product_name"),
        "standard_name": STANDARD_NAMES.get(quantity.units),
        "products_missing": attribute(overview, "products_missing"),
    }
    if start is not None and end is not None:
        attributes |= {"time_start": str(start), "time_end": str(end)}
        seconds = int((end - start) / np.timedelta64(1, "s"))
        if quantity.units == "mm" and seconds > 0:
            attributes |= {
                "interval_seconds": seconds,
                "cell_methods": f"time: sum (interval: {seconds} s)",
            }
    attributes = {name: value for name, value in attributes.items() if value is not None}
    return attributes, None if end is None else np.array([end], "datetime64[s]")


def _time(text):
    """Return "26-AUG-2010;05:40:00.000" as datetime64, or None; months have English names."""
    found = re.match(r"(\d+)-([A-Z]{3})-(\d{4});(\d+):(\d+):(\d+)", str(text).upper())
    if not found or found[2] not in _MONTHS:
        return None
    day, year, *clock = (int(found[at]) for at in (1, 3, 4, 5, 6))
    try:
        when = datetime.datetime(year, 1 + _MONTHS.index(found[2]), day, *clock)
    except ValueError:
        return None
    return np.datetime64(when, "s")


def _grid(file, shape):
    """Return where the pixels lie; None where the file does not say, or says something else.

    Offsets are in pixels. The height of a pixel is negative, since the first row is the northern.
    """
    place = file.get("geographic")
    names = ("geo_row_offset", "geo_pixel_size_y", "geo_column_offset", "geo_pixel_size_x")
    y_offset, height, x_offset, width = numbers = [attribute(place, name) for name in names]
    if None in numbers or 0 in (height, width):
        return None
    projection = attribute(place.get("map_projection"), "projection_proj4_params")
    unit = str(attribute(place, "geo_dim_pixel", "KM")).split(",")[0].strip().lower()
    if projection == _WRONG:
        # Sizes of pixels are wrong there too: it is the grid of 1 km, rows from north to south.
        projection, unit, y_offset, height, x_offset, width = _RIGHT, "km", 3650.0, -1.0, 0.0, 1.0
    unit = {"deg": "degrees"}.get(unit, unit)
    y = (y_offset + np.arange(shape[0]) + 0.5) * height
    x = (x_offset + np.arange(shape[1]) + 0.5) * width
    return Grid(
        y=y,
        x=x,
        y_attributes={"units": unit, "standard_name": "projection_y_coordinate"},
        x_attributes={"units": unit, "standard_name": "projection_x_coordinate"},
        mapping={"proj4": projection} if projection else {},
    )


def _passes(file):
    return array_at(file, "image1/image_data") is not None and "overview" in file


def _detect(path):
    return detect_hdf5(path, _passes)


READER = Reader(
    name="knmi",
    suffixes=(".h5", ".hdf5"),
    open=_open,
    options=(VARIABLE, "undetect"),
    detect=_detect,
)
