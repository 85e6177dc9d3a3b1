"""What came, for the times that forecasts are valid at."""

import numpy as np

from st_keras.datasets.archives.same_grid import check_same_grid
from st_keras.datasets.windows.missing_value import missing_as_nan
from st_keras.units import same_units
from st_keras.validation import error


def truth_of(forecast, dataset, where="truth_of"):
    """Read the frames of a dataset that forecasts are to be scored by.

    Args:
        forecast: `Forecast`, as `open_forecast` returns it.
        dataset: `SequenceDataset` of the archive, without crops; its forecast channels are read,
            of all its frames, whatever its windows are.
        where: str. Who asks; the errors begin with it.

    Returns:
        float32 (N, T, H, W, C), or (T, H, W, C) for one forecast: the frame of each valid time, NaN
        where a pixel, or the whole frame, is missing: scores leave it out. Members have one truth.

    Raises:
        ValueError: if one of them knows no times, grid, units or number of channels differ, or
            there is no frame for any of the times.

    Example:

    >>> from st_keras.datasets import SequenceDataset, open_forecast, write_forecast
    >>> scans = np.datetime64("2026-06-01T12:00") + np.arange(8) * np.timedelta64(5, "m")
    >>> rain = np.random.default_rng(0).random((8, 6, 5), "float32")
    >>> archive = SequenceDataset.from_arrays(rain, 2, 3, times=scans, axes="THW")
    >>> still = np.repeat(rain[3:4, ..., None], 3, axis=0)            # persistence from scan 3
    >>> path = write_forecast("still.nc", still, reference_time=scans[3],
    ...                       step=np.timedelta64(5, "m"))
    >>> bool((truth_of(open_forecast(path), archive)[..., 0] == rain[4:7]).all())
    True
    """
    check_same_grid(forecast, dataset, where)
    valid, steps = forecast.valid_time, dataset._frames.steps
    if valid is None or steps is None:
        whose = "forecasts" if valid is None else "a truth"
        raise error(
            where,
            f"{whose} whose times are not known",
            "times of both",
            "Write forecasts with reference_time= and step=."
            if valid is None
            else "Pass times= where the dataset is made.",
        )
    channels = list(dataset.target_numbers)
    if len(channels) != forecast.frames.shape[-1]:
        raise error(
            where,
            f"forecasts of {forecast.frames.shape[-1]} channel(s) for a truth of {len(channels)}",
            "the same channels",
            "Name those that are forecast with targets=.",
        )
    known = isinstance(forecast.units, str) and dataset.units is not None
    if known and not same_units(forecast.units, dataset.units):
        raise error(
            where,
            f"forecasts in {forecast.units!r} for a truth in {dataset.units!r}",
            "one unit",
            "Convert the truth as the forecasts were, or the forecasts back.",
        )
    places = {
        time: (n, t)
        for n, times in enumerate(steps.times)
        for t, time in enumerate(times.astype("M8[ns]").tolist())
    }
    # Forecasts overlap: each frame is read once.
    numbers, which = np.unique(valid.astype("M8[ns]").astype("int64"), return_inverse=True)
    frames = np.full((len(numbers), *forecast.frame_size, len(channels)), np.nan, "float32")
    found = [(k, places[time]) for k, time in enumerate(numbers.tolist()) if time in places]
    if not found:
        first, last = (str(time.astype("M8[s]")) for time in (valid.min(), valid.max()))
        raise error(
            where,
            f"forecasts for {first} to {last}, of which the truth has no frame",
            "an archive that goes on until then",
            "Check that both count in UTC, and wait for the scans.",
        )
    for k, (n, t) in found:
        block = dataset._frames.view.read(n, t, t + 1)[0][..., channels]
        frames[k] = missing_as_nan(block, dataset._frames.codes)
    return frames[which.reshape(valid.shape)]
