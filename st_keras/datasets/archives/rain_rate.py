"""Frames of radar archives as rain rates in mm/h, converted as they are read."""

import dataclasses

import numpy as np

from st_keras.units import usual_spelling
from st_keras.validation import check_number, error

_SECONDS_PER_HOUR = 3600.0


def as_rain_rate(frames, a=200.0, b=1.6, interval=None):
    """Return frames as rain rates in mm/h.

        dBZ           R = (10^(dBZ / 10) / a)^(1 / b)      from Z = a R^b
        mm            R = amount * 3600 s / interval       amounts of an interval
        kg m-2 s-1    R = 3600 * rate
        mm/h          as they are

    Args:
        frames: `Frames` that know their units.
        a, b: floats above 0, of the relation between reflectivity Z in mm6 m-3 and R in mm/h.
            Default 200 and 1.6 (Marshall and Palmer).
        interval: float, seconds in which an amount in mm has fallen. Default None: as the archive
            says (`attributes["interval_seconds"]`).

    Returns:
        `Frames` in mm/h named "rainfall_rate", NaN where they are missing; nothing is read yet.
        Those in mm/h are returned as they are.

    Raises:
        ValueError: for other units or none, several channels in different ones, amounts of an
            interval that nobody knows, or numbers that are not above 0.

    Source: J. S. Marshall and W. M. Palmer, The distribution of raindrops with size, Journal of
    Meteorology 5 (1948).

    Example:

    >>> from st_keras.datasets.archives.frames import Frames
    >>> amounts = Frames(values=np.full((1, 2, 2), 0.25), axes="THW", units="mm")
    >>> rates = as_rain_rate(amounts, interval=300)
    >>> rates.units, float(rates.values[0, 0, 0])
    ('mm/h', 3.0)
    """
    where = "as_rain_rate"
    tiny = float(np.finfo("float32").tiny)
    a, b = check_number(where, "a", a, tiny), check_number(where, "b", b, tiny)
    units = usual_spelling(frames.units)
    if units == "mm/h":
        return frames
    if units == "mm":
        interval = frames.attributes.get("interval_seconds") if interval is None else interval
        if interval is None:
            raise error(
                where,
                "amounts in mm of an interval that the archive does not tell",
                "the interval in seconds",
                "Pass for example interval=300.",
            )
        seconds = check_number(where, "interval", interval, tiny)
        factor = _SECONDS_PER_HOUR / seconds
        convert = _Times(factor)
    elif units == "kg m-2 s-1":
        convert = _Times(_SECONDS_PER_HOUR)
    elif units == "dBZ":
        convert = _FromReflectivity(a, b)
    else:
        raise error(
            where,
            f"frames in {frames.units!r}" if frames.units else "frames whose units are not known",
            "frames in dBZ, mm, kg m-2 s-1 or mm/h",
            "State the units, or convert the frames in Python.",
        )
    values = frames.values
    many = isinstance(values, list)
    converted = [_Converted(each, convert) for each in (values if many else [values])]
    attributes = {**frames.attributes, "standard_name": "rainfall_rate"}
    return dataclasses.replace(
        frames,
        values=converted if many else converted[0],
        units="mm/h",
        name="rainfall_rate",
        attributes=attributes,
        value_range=None,
    )


@dataclasses.dataclass(frozen=True)
class _Times:
    factor: float

    def __call__(self, values):
        return values * self.factor


@dataclasses.dataclass(frozen=True)
class _FromReflectivity:
    a: float
    b: float

    def __call__(self, values):
        return (10.0 ** (values / 10.0) / self.a) ** (1.0 / self.b)


class _Converted:
    """Values that are converted as they are read."""

    def __init__(self, values, convert):
        self._values, self._convert = values, convert
        self.shape = tuple(values.shape)
        self.dtype = np.dtype("float64" if values.dtype == "float64" else "float32")

    def __getitem__(self, index):
        values = np.asarray(self._values[index], "float64")
        return self._convert(values).astype(self.dtype)
