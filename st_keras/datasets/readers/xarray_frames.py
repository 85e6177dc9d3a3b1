"""Arrays of xarray as frames: axes, times, units and grid by the CF conventions."""

import numbers

import numpy as np

from st_keras.datasets.archives.frames import Frames, Grid
from st_keras.datasets.readers.cf_axes import STEP, axes_of, letter_of
from st_keras.datasets.readers.cf_coding import coding_of
from st_keras.datasets.readers.cf_times import datetimes, tells_time
from st_keras.datasets.readers.cf_values import CfValues
from st_keras.validation import error

_OF_THE_VARIABLE = ("standard_name", "long_name", "cell_methods", "comment", "references")
_OF_THE_ARCHIVE = (
    *("title", "institution", "source", "license", "licence", "attribution", "references"),
    *("Conventions", "consistent_timestep_start", "last_valid_timestep"),
)
_TIMES = ("valid_time", "time", "datetime", "date", "timestamp")
_MAPPINGS = ("spatial_ref", "crs")
_OF_AN_AXIS = ("standard_name", "long_name", "units", "axis")


def frames_of(where, array, attributes=None, missing_value=None, absent=None, notes=()):
    """Return what an array of xarray holds, as frames; its values stay where they are.

    Args:
        where: str. Who asks; the errors begin with it.
        array: `xarray.DataArray`, as xarray opens it, decoded or not (`mask_and_scale=False`).
        attributes: dict, those of its dataset. Default: none.
        missing_value: number or sequence of numbers that stand for no data, beside those that the
            array's attributes name. Default None.
        absent: `AbsentChunks`, where codes are not stored and mean no data. Default None.
        notes: tuple of str; see `Frames`.

    Returns:
        `Frames`. Floats are as they stand, NaN is no data; what has a fill value, a scale, an
        offset or a valid range is float32. An array without a time is static, or one frame if it
        has a time without an axis.

    Raises:
        ValueError: if the axes cannot be told, the times not be decoded, or the values are no
            numbers.

    Source: the CF conventions 1.11, chapters 2 (missing data), 4 (coordinates), 5.6 (grid
    mappings) and 8.1 (packed data).

    Example:

    >>> import xarray
    >>> scans = np.datetime64("2026-06-01T00:00") + np.arange(6) * np.timedelta64(5, "m")
    >>> rain = xarray.DataArray(
    ...     np.zeros((6, 3, 4), "float32"),
    ...     dims=("time", "lat", "lon"),
    ...     coords={"time": scans, "lat": np.arange(3.0), "lon": np.arange(4.0)},
    ...     attrs={"units": "mm/h"},
    ... )
    >>> frames = frames_of("doc", rain)
    >>> frames.axes, frames.shape, frames.units, frames.times[1] == scans[1]
    ('THW', (6, 3, 4), 'mm/h', np.True_)
    """
    if type(array).__name__ != "DataArray":
        names = ", ".join(map(str, getattr(array, "data_vars", ())))
        raise error(
            where,
            f"a {type(array).__name__}" + (f" of the variables {names}" if names else ""),
            "an xarray.DataArray",
            "Pass one variable of a dataset, such as dataset['rainfall_rate']; arrays without "
            "names of dimensions go to from_arrays.",
        )
    coding = coding_of(where, array, missing_value)
    coding = coding if absent is None else coding.with_floats()
    named = axes_of(where, array)
    dims = list(array.dims if named is None else named)
    axes = None if named is None else "".join(named.values())
    times, told = (None, ()) if named is None else _times(where, array, named)
    leading = times is not None and "T" not in axes
    values = CfValues(
        array.variable, coding, tuple(array.dims.index(dim) for dim in dims), leading, absent
    )
    name = None if array.name is None else str(array.name)
    units = array.attrs.get("units")
    return Frames(
        values=values,
        axes=f"T{axes}" if leading else axes,
        times=times,
        units=str(units) if units and units != "unknown" else None,
        name=name,
        channels=_channels(array, named),
        grid=_grid(where, array, named),
        nan_is_missing=coding.dtype.kind == "f",
        notes=(*notes, *told),
        attributes={
            **_chosen(attributes or {}, _OF_THE_ARCHIVE, "mlcast_"),
            **_chosen(array.attrs, _OF_THE_VARIABLE),
        },
    )


def spatial_variables(dataset):
    """Return the names of the variables of a dataset that have rows and columns.

    Grids of latitudes and longitudes, bounds of cells, and what is ancillary to another variable,
    as its quality, are not among them.

    Example:

    >>> import xarray
    >>> grid = ("y", "x"), np.zeros((3, 4))
    >>> spatial_variables(xarray.Dataset({"rain": grid, "lat": grid, "hours": ("time", [1, 2])}))
    ['rain']
    """
    found = []
    for name, array in dataset.data_vars.items():
        letters = {letter_of(array, dim) for dim in array.dims}
        text = str(name).lower()
        place = array.attrs.get("standard_name") in ("latitude", "longitude")
        place = place or text in ("lat", "lon", "latitude", "longitude")
        bounds = text.endswith(("_bnds", "_bounds"))
        if {"H", "W"} <= letters and not place and not bounds:
            found.append(str(name))
    named = " ".join(
        str(array.attrs.get("ancillary_variables", "")) for array in dataset.data_vars.values()
    )
    found = [name for name in found if name not in named.split()] or found
    numeric = [name for name in found if dataset[name].dtype.kind in "biuf"]
    return numeric or found


def _times(where, array, named):
    """Return the times along T, or those of N and T, and notes; None where none are told."""
    letters = dict(named)
    along = [dim for dim in letters if letters[dim] in "NT"]
    time = next((dim for dim in letters if letters[dim] == "T"), None)
    coordinates = {name: each for name, each in array.coords.items() if tells_time(each)}
    # Of a forecast it is "valid_time" that says when its frames are.
    first = ["valid_time", time, "time"]
    names = [name for name in first if name in coordinates]
    names += [name for name in coordinates if name not in names]
    for name in names:
        each = coordinates[name]
        size = {dim: each.sizes[dim] for dim in each.dims}
        each = each.isel({dim: 0 for dim in size if dim not in letters and size[dim] == 1})
        fits = set(each.dims) <= set(along) and (time is None or time in each.dims)
        if fits and (time is not None or str(name).lower() in _TIMES):
            times = datetimes(where, each.transpose(*(dim for dim in along if dim in each.dims)))
            return np.atleast_1d(times), ()
    made = _made_times(where, array, along, coordinates)
    if made is not None:
        return made, ()
    if time is None:
        return None, ()
    return None, (
        f"the times of dimension {time} are not known: nothing says since when they count",
    )


def _made_times(where, array, along, coordinates):
    """Return the time at which a forecast was made plus its steps, where an archive has both."""
    steps = [
        each
        for name, each in array.coords.items()
        if each.dtype.kind == "m" and letter_of(array, name) in (STEP, "T") and each.ndim <= 1
    ]
    runs = [each for each in coordinates.values() if each.ndim <= 1]
    if not (len(steps) == 1 and runs and steps[0].dims and set(steps[0].dims) <= set(along)):
        return None
    made = runs[0].copy(data=datetimes(where, runs[0])) + steps[0]
    return made.transpose(*(dim for dim in along if dim in made.dims)).values


def _channels(array, named):
    dim = next((dim for dim, letter in (named or {}).items() if letter == "C"), None)
    if dim is None or dim not in array.coords:
        return None
    return tuple(_text(value) for value in array.coords[dim].values)


def _text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _grid(where, array, named):
    lines = {}
    for letter in "HW":
        dim = next((dim for dim, each in (named or {}).items() if each == letter), None)
        if dim is None or dim not in array.coords or array.coords[dim].dtype.kind not in "iuf":
            return None
        coordinate = array.coords[dim]
        # Satellites pack their angles too.
        coding = coding_of(where, coordinate, dtype="float64")
        values = coding.decode(coordinate.values).astype("float64")
        if not np.isfinite(values).all():
            return None
        lines[letter] = values, _chosen(coordinate.attrs, _OF_AN_AXIS)
    return Grid(
        y=lines["H"][0],
        x=lines["W"][0],
        y_attributes=lines["H"][1],
        x_attributes=lines["W"][1],
        mapping=_mapping(array),
    )


def _mapping(array):
    said = array.attrs.get("grid_mapping", array.encoding.get("grid_mapping", ""))
    # Also "crs: x y", one for each pair of coordinates.
    names = [str(said).split(":")[0].split(" ")[0], *_MAPPINGS]
    for name in names:
        if name in array.coords and array.coords[name].attrs:
            return {key: _plain(value) for key, value in array.coords[name].attrs.items()}
    return {key: str(array.attrs[key]) for key in ("crs_wkt", "proj4") if key in array.attrs}


def _chosen(attributes, names, start=None):
    """Return attributes as JSON holds them."""
    found = {
        key: _plain(value)
        for key, value in attributes.items()
        if key in names or (start and str(key).startswith(start))
    }
    return {key: value for key, value in found.items() if value not in (None, "unknown")}


def _plain(value):
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, bytes):
        return _text(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    real = isinstance(value, bool | numbers.Integral) or (
        isinstance(value, numbers.Real) and np.isfinite(value)
    )
    return value if real or isinstance(value, str) else str(value)
