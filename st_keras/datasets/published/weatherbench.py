"""WeatherBench: variables of the ERA5 reanalysis on a coarse grid of the Earth."""

import numpy as np

from st_keras.datasets.published.published_dataset import PublishedDataset
from st_keras.datasets.published.published_frames import PublishedFrames
from st_keras.validation import error

# First and last year of each part, both included.
YEARS = {"train": (1979, 2015), "validation": (2016, 2016), "test": (2017, 2018)}


def _frames(where, path, split, variable=None):
    from st_keras.datasets.archives.archive import open_frames

    return PublishedFrames(frames=open_frames(path, variable, "netcdf", verbose=True), spans=_spans)


def _spans(whole, split):
    first, last = YEARS[split]
    where = "published_dataset('weatherbench')"
    if whole.frame_times is None:
        raise error(where, "files without times", "a coordinate time", "Pass files as published.")
    found = []
    for n, times in enumerate(whole.frame_times):
        ends = [np.datetime64(f"{year}-01-01") for year in (first, last + 1)]
        start, stop = np.searchsorted(times, ends).tolist()
        found += [(n, start, stop)] * (stop > start)
    if not found:
        times = whole.frame_times[0]
        raise error(
            where,
            f"frames from {times[0]} to {times[-1]}, none of them of the {split} part",
            f"frames of the years {first} to {last}",
            "Get the files of these years.",
        )
    return found


DATASET = PublishedDataset(
    name="weatherbench",
    title="WeatherBench",
    holds="a variable of the ERA5 reanalysis all over the Earth, every hour",
    needs="the folder of a variable with its NetCDF files "
    "(2m_temperature/2m_temperature_1979_5.625deg.nc), or a file; variable=NAME picks one of "
    "several",
    source="Rasp et al., JAMES 2020, https://arxiv.org/abs/2002.00469, "
    "https://mediatum.ub.tum.de/1524895",
    licence="of Copernicus products, since ERA5 is one; see its page",
    size="350,640 hours from 1979 to 2018; a variable at 5.625 degrees (32 x 64) about 2.9 GB",
    split="1979 to 2015 for training, 2016 for validation, 2017 and 2018 for test",
    protocol="12 frames observed, 12 predicted; MSE, MAE, RMSE in the units of the variable, "
    "those of WeatherBench itself weighted by latitude",
    image_shape=(32, 64, 1),
    context_length=12,
    horizon=12,
    frames=_frames,
    splits=tuple(YEARS),
    shared=True,
    options=("variable",),
    units="those of the variable",
    extra="geo",
)
