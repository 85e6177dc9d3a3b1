"""When forecasts were made, and for when: as coordinates of a file."""

import dataclasses
import datetime

import numpy as np

from st_keras.validation import error

# Units of lead times, the coarsest first in which all are whole numbers.
_UNITS = (("hours", "h"), ("minutes", "m"), ("seconds", "s"), ("milliseconds", "ms"))


@dataclasses.dataclass(frozen=True)
class ForecastTimes:
    """Times of forecasts. Made by `forecast_times`.

    Args:
        reference: datetime64 (N,), those of the last frames seen; None: not known.
        lead: timedelta64 (horizon,) from there to each frame; None: not known.
    """

    reference: np.ndarray | None
    lead: np.ndarray | None

    @property
    def valid(self):
        """datetime64 (N, horizon), for when each frame is; None where nothing says it."""
        if self.reference is None or self.lead is None:
            return None
        return self.reference[:, None] + self.lead

    @property
    def lead_units(self):
        """Units in which all lead times are whole numbers, such as "minutes"."""
        for units, letter in _UNITS:
            if not (self.lead % np.timedelta64(1, letter)).astype(int).any():
                return units
        return "nanoseconds"


def forecast_times(where, count, horizon, reference_time=None, step=None):
    """Check the times of forecasts.

    Args:
        where: str. Who asks; the errors begin with it.
        count, horizon: ints, forecasts, and frames of each.
        reference_time: datetime64, datetime or ISO text, or a sequence of `count` of them. Default
            None: not known. Of those with a zone the time in UTC is taken.
        step: timedelta64 or timedelta between two frames, or a sequence of `horizon` lead times.
            Default None: not known.

    Returns:
        `ForecastTimes`.

    Raises:
        ValueError: if there are not as many as the forecasts or their frames, two forecasts have
            one reference time, lead times do not ascend from above 0, or one is no time.

    Example:

    >>> times = forecast_times("doc", 1, 3, "2026-06-01T12:00", np.timedelta64(5, "m"))
    >>> str(times.valid[0, 2]), times.lead_units
    ('2026-06-01T12:15:00.000000000', 'minutes')
    """
    reference = lead = None
    if reference_time is not None:
        reference = _read(where, "reference_time", reference_time, "datetime64[ns]")
        if reference.shape != (count,) or len(np.unique(reference)) < count:
            raise error(
                where,
                f"{_several(reference.size, 'reference time')}, "
                f"{len(np.unique(reference))} different, for {_several(count, 'forecast')}",
                "the time of the last frame seen of each forecast, each once",
                "Pass dataset.times(i)[context_length - 1] of each window; a file holds one "
                "forecast of one time: members have an axis, axes='MTHWC'.",
            )
    if step is not None:
        lead = _read(where, "step", step, "timedelta64[ns]")
        if np.ndim(step) == 0:
            lead = lead[0] * np.arange(1, horizon + 1)
        ascending = (np.diff(lead, prepend=np.timedelta64(0, "ns")) > np.timedelta64(0)).all()
        if lead.shape != (horizon,) or not ascending:
            raise error(
                where,
                f"step={step!r} for {_several(horizon, 'frame')} of a forecast",
                f"the time between two frames, or {horizon} lead times that ascend from above 0",
                "Pass for example step=numpy.timedelta64(5, 'm').",
            )
    return ForecastTimes(reference, lead)


def _read(where, name, value, dtype):
    """Return times as (n,); NaT, and what is no time, are refused."""
    try:
        entries = [_without_zone(each) for each in _entries(value)]
        # NumPy would take a bare number for nanoseconds.
        numbers = any(np.asarray(each).dtype.kind in "biuf" for each in entries)
        entries = np.ravel(np.array(entries, dtype))
    except (TypeError, ValueError):
        numbers = True
    if numbers or np.isnat(entries).any():
        kind = "dates" if dtype.startswith("datetime64") else "durations"
        example = {
            "dates": "numpy.datetime64('2026-06-01T12:00')",
            "durations": "numpy.timedelta64(5, 'm')",
        }[kind]
        raise error(
            where,
            f"{name}={value!r}",
            f"{kind}, none of them missing",
            f"Pass for example {name}={example}.",
        )
    return entries


def _entries(value):
    if np.ndim(value) == 0:
        return [value[()] if isinstance(value, np.ndarray) else value]
    return list(value)


def _without_zone(value):
    if isinstance(value, str) and value.strip().endswith("Z"):
        return value.strip()[:-1]
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(datetime.UTC).replace(tzinfo=None)
    return value


def _several(count, what):
    return f"{count} {what}{'' if count == 1 else 's'}"
