"""When frames were taken, from a file: datetime64, ISO text, or numbers with a unit and a start."""

import re
import warnings

import numpy as np

from st_keras.datasets.array_file import load_array_file
from st_keras.validation import error

_SINCE = re.compile(r"\s*([a-z]+) since (.+?)\s*", re.IGNORECASE)
_UTC = re.compile(r"\s*(Z|UTC|[+-]00:?00)$", re.IGNORECASE)
# Milliseconds in a unit, by the names that the CF conventions know.
_MILLISECONDS = {
    1: ("milliseconds", "millisecond", "msec", "ms"),
    1_000: ("seconds", "second", "sec", "secs", "s"),
    60_000: ("minutes", "minute", "min", "mins"),
    3_600_000: ("hours", "hour", "hr", "hrs", "h"),
    86_400_000: ("days", "day", "d"),
}
_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")


def load_times(path):
    """Load the times of frames from a file.

    Args:
        path: str or path, as `load_array_file` takes it. The array holds datetime64, or text as in
            "2026-06-01T00:05", or, in HDF5, numbers with the attribute `units`, such as
            "seconds since 1970-01-01", which are rounded to milliseconds.

    Returns:
        datetime64 array, of the file's own shape.

    Raises:
        ValueError: if the file cannot be read, or it holds something else.

    Example:
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "times.npy"
    ...     np.save(path, np.array(["2026-06-01T00:00Z", "2026-06-01T00:05Z"]))
    ...     load_times(path)
    array(['2026-06-01T00:00:00.000', '2026-06-01T00:05:00.000'],
          dtype='datetime64[ms]')
    """
    source = load_array_file(path)
    attributes = {name: _text(value) for name, value in dict(getattr(source, "attrs", {})).items()}
    values = np.asarray(source[...])
    if values.dtype.kind == "M":
        return values
    since = _SINCE.fullmatch(str(attributes.get("units", "")))
    if values.dtype.kind in "OSU":
        return _parse(path, np.vectorize(_text, otypes=[str])(values))
    if values.dtype.kind in "iuf" and since:
        milliseconds = [size for size, names in _MILLISECONDS.items() if since[1].lower() in names]
        calendar = str(attributes.get("calendar", "standard")).lower()
        if milliseconds and calendar in _CALENDARS and np.isfinite(values).all():
            start = _parse(path, np.array(since[2]))
            return start + np.rint(values.astype("float64") * milliseconds[0]).astype("m8[ms]")
    with_units = f" with units {attributes['units']!r}" if "units" in attributes else ""
    raise _refusal(path, f"{values.dtype}{with_units}")


def _parse(path, texts):
    plain = np.vectorize(lambda text: _UTC.sub("", text), otypes=[str])(texts)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # NumPy warns of time zones, and then shifts
            return plain.astype("datetime64[ms]")
    except (ValueError, UserWarning, DeprecationWarning) as exc:
        raise _refusal(path, f"text that is no time in UTC ({exc})") from exc


def _text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _refusal(path, received):
    return error(
        "load_times",
        f"{str(path)!r}, which holds {received}",
        "datetime64, text such as 2026-06-01T00:05, or, in HDF5, numbers with the attribute units "
        "as in 'seconds since 1970-01-01' of the standard calendar",
        "Save them with numpy.save('times.npy', times.astype('datetime64[s]')).",
    )
