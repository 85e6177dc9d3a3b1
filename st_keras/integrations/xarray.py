"""Nowcasts of xarray arrays, with coordinates and attributes by the CF conventions."""

import numpy as np

from st_keras.datasets.archives.rain_rate import as_rain_rate
from st_keras.datasets.forecast_files.ensemble_variables import add_ensemble
from st_keras.datasets.forecast_files.forecast_dataset import forecast_dataset
from st_keras.datasets.readers.xarray_frames import frames_of
from st_keras.integrations.nowcaster_of import nowcaster_of
from st_keras.units import usual_spelling
from st_keras.validation import error

__all__ = ["forecast"]

_WHERE = "integrations.xarray.forecast"
_NAME = "rainfall_rate"


def forecast(
    dataarray,
    model=None,
    horizon=None,
    optimise_for=None,
    members=None,
    seed=0,
    thresholds=None,
):
    """Forecast rain of an `xarray.DataArray`.

    Args:
        dataarray: rain rates of the dimensions time, y and x, in any order, told by their CF
            attributes or usual names. attrs["units"] says mm/h or kg m-2 s-1. NaN is no data. The
            last `context_length` frames of the model are read, at equal steps of time.
        model: `Nowcaster`, or the folder or name of a preset, which is read once in a process.
            Default None: "nowcast_60min".
        horizon: int, lead times. Default None: that of the model.
        optimise_for: as of `Nowcaster.forecast`, of the one field. Default None: the decision of
            the model.
        members: int: also an ensemble of so many. Default None: none.
        seed: int. Equal seeds give equal members. Default 0.
        thresholds: sequence of floats, mm/h, of which the probabilities are wanted. Default None.

    Returns:
        `xarray.Dataset`, that of a file of `write_forecast`, in mm/h: "rainfall_rate" (lead_time,
        y, x); "rainfall_rate_members" (realization, lead_time, y, x) and "exceedance_probability"
        (threshold, lead_time, y, x) where asked for. Its coordinates: lead_time, reference_time of
        the last frame, valid_time, and the grid. Without times lead_time counts steps.

    Raises:
        ValueError: without xarray; for dimensions that cannot be told or are others; other units
            or none; unequal steps of time; no thresholds; and as `Nowcaster.forecast`.

    Example:

    >>> import xarray
    >>> from st_keras.models import Nowcaster
    >>> scans = np.datetime64("2026-06-01T12:00", "ns") + np.arange(6) * np.timedelta64(5, "m")
    >>> rain = xarray.DataArray(np.ones((6, 32, 48)), dims=("time", "y", "x"),
    ...                         coords={"time": scans}, attrs={"units": "mm/h"})
    >>> nowcast = forecast(rain, Nowcaster(residual=None), horizon=3, thresholds=[0.5, 5.0])
    >>> dict(nowcast["exceedance_probability"].sizes), str(nowcast["valid_time"].values[0])[:16]
    ({'threshold': 2, 'lead_time': 3, 'y': 32, 'x': 48}, '2026-06-01T12:30')
    """
    if thresholds is not None and not (np.ndim(thresholds) == 1 and len(thresholds)):
        raise error(
            _WHERE,
            f"thresholds={thresholds!r}",
            "a sequence of rain rates in mm/h",
            "Pass for example thresholds=[1.0, 5.0].",
        )
    model = nowcaster_of(_WHERE, model)
    frames = _rain_rates(dataarray)
    last = slice(-model.context_length, None)
    context = frames.values[tuple(last if axis == "T" else slice(None) for axis in frames.axes)]
    context = context.transpose([frames.axes.index(axis) for axis in "THW"])[None, ..., None]
    reference, step = _times(frames.times, last)
    distribution = model.forecast_distribution(context, horizon)
    dataset = forecast_dataset(
        _WHERE,
        model.field_of(context, distribution, optimise_for)[0],
        reference_time=reference,
        step=step,
        grid=frames.grid,
        units="mm/h",
        name=_NAME,
        long_name="rain rate",
    )
    drawn = probabilities = None
    if members is not None:
        drawn = model.forecast(context, horizon, members=members, seed=seed)[0]
    if thresholds is not None:
        probabilities = {rate: distribution.exceedance(rate)[0] for rate in thresholds}
    return add_ensemble(_WHERE, dataset, drawn, probabilities)


def _rain_rates(dataarray):
    """Return the array as frames in mm/h, of one time and one grid; nothing is read yet."""
    frames = frames_of(_WHERE, dataarray)
    if frames.axes is None or sorted(frames.axes) != ["H", "T", "W"]:
        raise error(
            _WHERE,
            f"dimensions {', '.join(map(str, dataarray.dims))}",
            "time, y and x, told by their CF attributes or names",
            "Pick one entry of the others with dataarray.isel(...), or rename dimensions.",
        )
    if usual_spelling(frames.units) not in ("mm/h", "kg m-2 s-1"):
        raise error(
            _WHERE,
            f"rain in {frames.units!r}" if frames.units else "rain whose units are not known",
            "rain rates in mm/h or kg m-2 s-1",
            "Convert it, and say so: dataarray.attrs['units'] = 'mm/h'.",
        )
    return as_rain_rate(frames)


def _times(times, last):
    """Return the time of the last frame and the step to the next; None, None without times."""
    if times is None:
        return None, None
    times = times[last]
    steps = np.unique(np.diff(times))
    if len(steps) > 1 or (steps <= np.timedelta64(0)).any():
        raise error(
            _WHERE,
            f"times with steps of {', '.join(map(_in_seconds, steps))}",
            f"equal steps onward, of the last {len(times)} frames",
            "Sort with dataarray.sortby('time'); fill missing scans with NaN: "
            "dataarray.resample(time='5min').asfreq().",
        )
    return times[-1], steps[0] if len(steps) else None


def _in_seconds(step):
    return f"{step / np.timedelta64(1, 's'):g} s"
