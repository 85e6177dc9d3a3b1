"""Which dimension of an xarray array is which axis: told by CF attributes, then by common names."""

import re

from st_keras.validation import error

# A dimension along which forecasts lie, beside the one of the times at which they were made.
STEP = "step"

_STANDARD_NAMES = {
    "time": "T",
    "forecast_period": STEP,
    "projection_y_coordinate": "H",
    "latitude": "H",
    "grid_latitude": "H",
    "projection_x_coordinate": "W",
    "longitude": "W",
    "grid_longitude": "W",
    "realization": "N",
    "sensor_band_identifier": "C",
    "sensor_band_central_radiation_wavelength": "C",
}
_UNITS = (
    (re.compile(r"\bsince\b"), "T"),
    (re.compile(r"degrees?_?n(orth)?$"), "H"),
    (re.compile(r"degrees?_?e(ast)?$"), "W"),
)
_NAMES = {
    **dict.fromkeys(
        "t time times valid_time datetime date timestamp timestep time_step scan frame".split(), "T"
    ),
    **dict.fromkeys("step lead lead_time leadtime prediction_timedelta".split(), STEP),
    **dict.fromkeys(
        "y yc y0 y1 j nj ny ydim lat nlat latitude rlat row northing south_north "
        "projection_y_coordinate".split(),
        "H",
    ),
    **dict.fromkeys(
        "x xc x0 x1 i ni nx xdim lon nlon longitude rlon col column easting west_east "
        "projection_x_coordinate".split(),
        "W",
    ),
    **dict.fromkeys("c channel band variable product feature quantity wavelength".split(), "C"),
    **dict.fromkeys("n sequence event sample case storm batch episode".split(), "N"),
}
# As xarray and h5netcdf call dimensions that have no name.
_NAMELESS = re.compile(r"(phony_dim|dim)_\d+$")


def letter_of(array, dim):
    """Return which axis a dimension is: "N", "T", "H", "W", "C" or `STEP`; None if nothing says it.

    Args:
        array: `xarray.DataArray`.
        dim: str, one of its dimensions.

    Example:

    >>> import numpy as np
    >>> import xarray
    >>> lat = ("rows", np.arange(3.0), {"units": "degrees_north"})
    >>> rain = xarray.DataArray(np.zeros((3, 4)), dims=("rows", "z"), coords={"rows": lat})
    >>> letter_of(rain, "rows"), letter_of(rain, "z")
    ('H', None)
    """
    if dim in array.coords:
        coordinate = array.coords[dim]
        attributes = {**coordinate.encoding, **coordinate.attrs}
        said = str(attributes.get("axis", "")).upper()
        if said in ("T", "Y", "X"):
            return {"T": "T", "Y": "H", "X": "W"}[said]
        standard = str(attributes.get("standard_name", ""))
        if standard in _STANDARD_NAMES:
            return _STANDARD_NAMES[standard]
        if coordinate.dtype.kind in "mM":
            return "T" if coordinate.dtype.kind == "M" else STEP
        units = str(attributes.get("units", "")).lower()
        found = next((letter for pattern, letter in _UNITS if pattern.search(units)), None)
        if found:
            return found
    name = str(dim).lower()
    return _NAMES.get(name) or _NAMES.get(name.removesuffix("s"))


def axes_of(where, array):
    """Tell the axes of an array of frames.

    Dimensions of one entry that are none of ours are left out. Of forecasts, made at several times
    for several steps, each run is a sequence; of one made of several members, each member.

    Args:
        where: str. Who asks; the error begins with it.
        array: `xarray.DataArray`.

    Returns:
        dict from the names of the dimensions that remain, in the order of the array, to "N", "T",
        "H", "W" or "C". None where the dimensions have no names: then only the rank can tell.

    Raises:
        ValueError: if one cannot be told, or two are the same axis; or for sequences without time.

    Example:

    >>> import numpy as np
    >>> import xarray
    >>> axes_of("doc", xarray.DataArray(np.zeros((5, 1, 3, 4)), dims=("time", "level", "y", "x")))
    {'time': 'T', 'y': 'H', 'x': 'W'}
    """
    dims = [str(dim) for dim in array.dims]
    if dims and all(_NAMELESS.match(dim) for dim in dims):
        return None
    letters = {dim: letter_of(array, dim) for dim in array.dims}
    kept = {dim: letters[dim] for dim in array.dims if letters[dim]}
    # A single member of an ensemble is no axis.
    kept = {d: letter for d, letter in kept.items() if array.sizes[d] > 1 or not _members(array, d)}
    for dim in array.dims:
        others = [each for each in kept if each != dim and _alike(kept.get(dim), kept[each])]
        # A single run of a forecast, or a single step of several: the other one goes on.
        if dim in kept and others and array.sizes[dim] == 1:
            del kept[dim]
    runs = [dim for dim, letter in kept.items() if letter == "T"]
    steps = [dim for dim, letter in kept.items() if letter == STEP]
    if len(runs) == len(steps) == 1 and "N" not in kept.values():
        kept[runs[0]] = "N"
    kept = {dim: "T" if letter == STEP else letter for dim, letter in kept.items()}
    found = sorted(kept.values())
    unknown = [dim for dim in array.dims if letters[dim] is None and array.sizes[dim] > 1]
    static = "T" not in found and "N" in found
    if unknown or static or len(found) != len(set(found)) or not {"H", "W"} <= set(found):
        shown = ", ".join(f"{dim} ({array.sizes[dim]})" for dim in array.dims)
        read = ", ".join(map(_read_as, letters.items()))
        raise error(
            where,
            f"dimensions {shown}, of which {read}" if shown else "an array without dimensions",
            "one for rows, one for columns, and at most one each for time, channels and sequences, "
            "told by their CF attributes (axis, standard_name, units) or names such as time, y, x, "
            "lat, lon, channel, event",
            "Pick one entry of what is too many with array.isel(level=0), or rename it, as in "
            "array.rename(level='channel').",
        )
    return kept


def _members(array, dim):
    return dim in array.coords and array.coords[dim].attrs.get("standard_name") == "realization"


def _alike(one, other):
    return one == other or {one, other} == {"T", STEP}


def _read_as(item):
    dim, letter = item
    words = {"N": "sequences", "H": "rows", "W": "columns", "C": "channels", None: "not known"}
    return f"{dim} is {words.get(letter, 'time')}"
