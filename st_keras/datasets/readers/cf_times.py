"""Times of an archive by the CF conventions, as datetime64."""

import numpy as np

from st_keras.validation import error

_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")


def tells_time(coordinate):
    """Tell whether a coordinate of xarray says when something is: datetimes, or "... since ..."."""
    if coordinate.dtype.kind == "O":
        return coordinate.size > 0 and hasattr(coordinate.values.flat[0], "calendar")
    units = coordinate.attrs.get("units", "")
    return coordinate.dtype.kind == "M" or (
        coordinate.dtype.kind in "iuf" and isinstance(units, str) and " since " in f" {units} "
    )


def datetimes(where, coordinate):
    """Return the times of a coordinate.

    Args:
        where: str. Who asks; the errors begin with it.
        coordinate: `xarray.DataArray` for which `tells_time`.

    Returns:
        datetime64 of the same shape. Times that stand as floats are rounded to milliseconds.

    Raises:
        ValueError: for calendars that datetime64 has not, units that nobody decodes, and times
            that are missing.

    Example:

    >>> import xarray
    >>> hours = xarray.DataArray([0.0, 0.1], attrs={"units": "hours since 2026-06-01"})
    >>> [str(time) for time in datetimes("doc", hours)]
    ['2026-06-01T00:00:00.000', '2026-06-01T00:06:00.000']
    """
    import xarray

    name, attributes = coordinate.name or "time", coordinate.attrs
    if coordinate.dtype.kind == "O":
        raise _other_calendar(where, name, coordinate.values.flat[0].calendar)
    if coordinate.dtype.kind == "M":
        times = coordinate.values
    else:
        calendar = str(attributes.get("calendar", _CALENDARS[0])).lower()
        if calendar not in _CALENDARS:
            raise _other_calendar(where, name, calendar)
        alone = xarray.Dataset({"times": (coordinate.dims, coordinate.values, attributes)})
        try:
            coder = xarray.coders.CFDatetimeCoder(use_cftime=False)
            times = xarray.decode_cf(alone, decode_times=coder)["times"].values
            if times.dtype.kind != "M":
                raise ValueError(f"decoded as {times.dtype}")
        except Exception as reason:
            raise error(
                where,
                f"{name} in units of {attributes['units']!r}",
                "units that the CF conventions have, such as 'minutes since 2026-01-01 00:00'",
                "Correct the attribute in the file, or assign times with "
                "array.assign_coords(time=...).",
            ) from reason
    if np.isnat(times).any():
        first = int(np.flatnonzero(np.isnat(times))[0])
        raise error(
            where,
            f"{name} of which {int(np.isnat(times).sum())} entries are missing, the first is entry "
            f"{first}",
            "a time for every frame",
            "Leave these frames out with array.dropna('time'), or correct the file.",
        )
    if coordinate.dtype.kind == "f":
        # Hours as floats come out as 05:59.999999: no archive means that.
        times = (times.astype("M8[us]") + np.timedelta64(500, "us")).astype("M8[ms]")
    return times


def _other_calendar(where, name, calendar):
    return error(
        where,
        f"{name} in the calendar {calendar!r}",
        f"one of {', '.join(_CALENDARS)}",
        "Convert it with array.convert_calendar('standard'), before it is passed.",
    )
