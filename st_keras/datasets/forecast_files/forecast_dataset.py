"""Forecasts as a dataset of xarray with the coordinates and attributes of the CF conventions."""

import re

import numpy as np

from st_keras.datasets.archives.standard_names import STANDARD_NAMES
from st_keras.datasets.forecast_files.forecast import LEAD, MEMBER, REFERENCE, VALID
from st_keras.datasets.forecast_files.forecast_times import forecast_times
from st_keras.units import usual_spelling
from st_keras.validation import error, require
from st_keras.version import __version__

_BY_RANK = {4: "THWC", 5: "NTHWC", 6: "NMTHWC"}
_ORDER = "NMTHWC"
_SEQUENCE = "sequence"  # of forecasts whose reference time is not known
_MAPPING = "crs"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TIME = {"units": "seconds since 1970-01-01", "calendar": "standard", "dtype": "int64"}


def forecast_dataset(
    where,
    frames,
    reference_time=None,
    step=None,
    grid=None,
    units=None,
    name="forecast",
    axes=None,
    standard_name=None,
    long_name=None,
):
    """Make a dataset of xarray of forecasts.

    Args:
        where: str. Who asks; the errors begin with it.
        others: as of `write_forecast`.

    Returns:
        `xarray.Dataset`, one variable for each channel, with the encodings of its file.

    Raises:
        ValueError: as `write_forecast`.

    Example:

    >>> dataset = forecast_dataset("doc", np.zeros((4, 6, 5, 1)), name="rain", units="mm/h")
    >>> dict(dataset["rain"].sizes), dataset["rain"].attrs["standard_name"]
    ({'lead_time': 4, 'y': 6, 'x': 5}, 'lwe_precipitation_rate')
    """
    xarray = require(where, "xarray", "xarray", "geo")
    frames, axes = _ordered(where, frames, axes)
    size = dict(zip(axes, frames.shape, strict=True))
    times = forecast_times(where, size.get("N", 1), size["T"], reference_time, step)
    coordinates, unknown = _times(xarray, times, size)
    places, mapping = _places(where, xarray, grid, size, unknown)
    coordinates |= places
    if "M" in size:
        members = {"standard_name": "realization", "long_name": "member", "units": "1"}
        coordinates[MEMBER] = xarray.Variable(MEMBER, np.arange(size["M"]), members)
    rows, columns = _dims(grid)
    runs = _SEQUENCE if times.reference is None else REFERENCE
    dims = {"N": runs, "M": MEMBER, "T": LEAD, "H": rows, "W": columns}
    dims = [dims[letter] for letter in axes[:-1]]
    told = {
        key: _each(where, key, value, size["C"])
        for key, value in (
            ("name", name),
            ("units", units),
            ("standard_name", standard_name),
            ("long_name", long_name),
        )
    }
    _check_names(where, told["name"], coordinates)
    variables = {}
    for number, own in enumerate(told["name"]):
        attributes = {key: told[key][number] for key in ("standard_name", "long_name", "units")}
        attributes["standard_name"] = attributes["standard_name"] or STANDARD_NAMES.get(
            usual_spelling(attributes["units"])
        )
        attributes = {key: value for key, value in attributes.items() if value}
        encoding = {"dtype": "float32", "_FillValue": np.float32("nan")}
        encoding |= {"grid_mapping": _MAPPING} if mapping else {}
        variables[own] = xarray.Variable(dims, frames[..., number], attributes, encoding)
    about = {"Conventions": "CF-1.11", "source": f"st_keras {__version__}"}
    about["st_keras_version"] = __version__
    if unknown:
        about["comment"] = f"not known: {', '.join(unknown)}; plain numbers stand in their place"
    return xarray.Dataset(variables, coordinates, about)


def _ordered(where, frames, axes):
    """Return float32 frames with axes in our order, and their letters."""
    frames = np.asarray(frames)
    letters = _BY_RANK.get(frames.ndim) if axes is None else str(axes)
    fits = letters is not None and len(letters) == frames.ndim == len(set(letters))
    if not fits or not set("THWC") <= set(letters) <= set(_ORDER) or 0 in frames.shape:
        raise error(
            where,
            f"frames of shape {frames.shape}" + (f" with axes={axes!r}" if axes else ""),
            "forecasts (N, horizon, H, W, C) or one (horizon, H, W, C), or axes with the letters "
            "T, H, W, C, and N for forecasts, M for members, none of them empty",
            "Add an axis with frames[..., None], or name them: axes='MTHWC' for members.",
        )
    if frames.dtype.kind not in "iuf" or np.isinf(frames).any():
        infinite = frames.dtype.kind == "f"
        raise error(
            where,
            "frames with infinite values" if infinite else f"frames of dtype {frames.dtype}",
            "finite numbers, and NaN where nothing is known",
            "Find where the forecast left its range." if infinite else "Convert them to float32.",
        )
    ordered = "".join(letter for letter in _ORDER if letter in letters)
    return frames.transpose([letters.index(letter) for letter in ordered]).astype(
        "float32"
    ), ordered


def _times(xarray, times, size):
    """Return coordinates of time, and what of it is not known."""
    found, unknown = {}, []
    several = "N" in size
    if times.reference is None:
        unknown.append("the reference time")
        if several:
            numbers = {"long_name": "number of the forecast", "units": "1"}
            found[_SEQUENCE] = xarray.Variable(_SEQUENCE, np.arange(size["N"]), numbers)
    else:
        attributes = {
            "standard_name": "forecast_reference_time",
            "long_name": "time of the last frame seen",
        }
        found[REFERENCE] = xarray.Variable(
            REFERENCE if several else (),
            times.reference if several else times.reference[0],
            attributes,
            _encoded(times.reference),
        )
    if times.lead is None:
        unknown.append("the time between two frames")
        steps = {"long_name": "number of the frame after the last one seen", "units": "1"}
        found[LEAD] = xarray.Variable(LEAD, np.arange(1, size["T"] + 1), steps)
    else:
        attributes = {"standard_name": "forecast_period", "long_name": "lead time"}
        encoding = {"units": times.lead_units, "dtype": "int64"}
        found[LEAD] = xarray.Variable(LEAD, times.lead, attributes, encoding)
    if times.valid is not None:
        attributes = {"standard_name": "time", "long_name": "time for which the frame is"}
        found[VALID] = xarray.Variable(
            (REFERENCE, LEAD) if several else LEAD,
            times.valid if several else times.valid[0],
            attributes,
            _encoded(times.valid),
        )
    return found, unknown


def _encoded(times):
    """Return how times are stored: in whole seconds, or in whole nanoseconds where they need it."""
    whole = not (times.astype("int64") % 10**9).any()
    return _TIME if whole else {**_TIME, "units": "nanoseconds since 1970-01-01"}


def _places(where, xarray, grid, size, unknown):
    """Return coordinates of rows and columns, and whether there is a grid mapping."""
    if grid is None:
        unknown.append("the grid (rows and columns are counted from the first of the frame)")
        return {}, False
    own = len(grid.y), len(grid.x)
    if own != (size["H"], size["W"]):
        raise error(
            where,
            f"a grid of {own[0]} x {own[1]} pixels for frames of {size['H']} x {size['W']}",
            "the grid of these frames",
            "Cut the grid as the frames were cut, as in Grid(y=grid.y[a:b], x=grid.x[c:d]).",
        )
    rows, columns = _dims(grid)
    found = {}
    for dim, values, attributes in (
        (rows, grid.y, grid.y_attributes),
        (columns, grid.x, grid.x_attributes),
    ):
        axis = "Y" if dim == rows else "X"
        attributes = {"axis": axis, **_plain(attributes)}
        values = np.asarray(values, "float64")
        # By the conventions no coordinate has a fill value.
        found[dim] = xarray.Variable(dim, values, attributes, {"_FillValue": None})
    if grid.mapping:
        found[_MAPPING] = xarray.Variable((), np.int32(0), _plain(grid.mapping))
    return found, bool(grid.mapping)


def _dims(grid):
    """Return the names of rows and columns, as tools for maps expect them."""
    if grid is None:
        return "y", "x"
    said = [
        {str(attributes.get(key, "")) for key in ("standard_name", "units")}
        for attributes in (grid.y_attributes, grid.x_attributes)
    ]
    degrees = said[0] & {"latitude", "degrees_north"} and said[1] & {"longitude", "degrees_east"}
    return ("lat", "lon") if degrees else ("y", "x")


def _plain(attributes):
    """Return attributes that files hold: no bool, nothing nested."""
    return {
        key: int(value)
        if isinstance(value, bool)
        else value
        if isinstance(value, (str, int, float, list, tuple))
        else str(value)
        for key, value in attributes.items()
        if value is not None
    }


def _each(where, key, value, channels):
    """Return one entry for each channel."""
    if value is None or isinstance(value, str):
        if key == "name" and channels > 1:
            return tuple(f"{value}_{number}" for number in range(channels))
        return (value,) * channels
    given = tuple(value)
    if len(given) != channels or not all(each is None or isinstance(each, str) for each in given):
        raise error(
            where,
            f"{key}={value!r} for {channels} channel(s)",
            "a text, or one for each channel",
            f"Pass {channels}, in the order of the last axis.",
        )
    return given


def _check_names(where, names, coordinates):
    for name in names:
        taken = name in coordinates or name in ("y", "x", "lat", "lon", _MAPPING)
        if name is None or not _NAME.fullmatch(name) or taken or names.count(name) > 1:
            raise error(
                where,
                f"name={name!r}" + (", which is that of a coordinate" if taken else ""),
                "a letter, then letters, digits and underscores; a name of its own for each "
                "channel",
                "Pass for example name='rainfall_rate'.",
            )
