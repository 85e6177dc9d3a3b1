"""An hour of real rain that comes with the package."""

import dataclasses
import pathlib

import numpy as np

from st_keras.datasets.archives.frames import Grid
from st_keras.datasets.readers.npz import read_npz
from st_keras.validation import check_int, error

FOLDER = pathlib.Path(__file__).with_name("samples")
FILE = FOLDER / "mrms_20190610.npz"
CODES = "rate_hundredths_mm_per_h"
CREDIT = (
    "NOAA/NSSL Multi-Radar Multi-Sensor (MRMS) precipitation rate, 2019-06-10, public domain; "
    "collected as pySTEPS example data (Pulkkinen et al. 2019)"
)
_MINUTES, _FRAMES = 2, 36
_CODES_PER_MM = np.float32(100)


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class RainSample:
    """What `sample_rain` returns.

    Args:
        frames: float32 (T, H, W, 1), rain rates in mm/h, 0 where it is dry; nothing is missing.
        times: datetime64 (T,), UTC, when the frames are valid.
        minutes: int, between two frames.
        units: str, "mm/h".
        grid: `Grid`, latitudes of the rows, from north to south, and longitudes of the columns.
        credit: str, who measured and collected it, and its licence.
    """

    frames: np.ndarray
    times: np.ndarray
    minutes: int
    units: str
    grid: Grid
    credit: str

    def __repr__(self):
        first, last = self.times[[0, -1]]
        return (
            f"RainSample(frames={self.frames.shape} in {self.units} every {self.minutes} min, "
            f"{first} to {last} UTC)"
        )


def sample_rain(step_minutes=2):
    """Load 70 minutes of rain over Kentucky and Tennessee, seen by radar on 2019-06-10.

    Rates up to 62 mm/h on 128 x 128 pixels of 0.04 degrees (about 4.4 km from south to north and
    3.5 km from west to east), 0.1 mm/h or more on three tenths of them. It comes with the package:
    for a first look, examples and tests, where no archive is at hand. One event of one hour is too
    little to train on, or to judge a model by.

    Args:
        step_minutes: int, a multiple of 2 up to 70: minutes between two frames. Default 2: all 36
            frames. 6 gives 12 frames, such as 6 to read and 6 to forecast.

    Returns:
        `RainSample`.

    Raises:
        ValueError: for another step, or if the file of the installation is damaged.

    Source: NOAA/NSSL MRMS, from the example data of pySTEPS [1]; what was done to it stands in
    `datasets/samples/README.md`.

    Example:

    >>> rain = sample_rain(step_minutes=6)
    >>> rain
    RainSample(frames=(12, 128, 128, 1) in mm/h every 6 min, 2019-06-10T00:00 to 2019-06-10T01:06
        UTC)
    >>> context, future = rain.frames[None, :6], rain.frames[None, 6:]
    >>> context.shape, round(float((context >= 0.1).mean()), 2)
    ((1, 6, 128, 128, 1), 0.3)

    References:
        [1] Pulkkinen, Nerini, Perez Hortal, Velasco-Forero, Seed, Germann, Foresti: Pysteps: an
            open-source Python library for probabilistic precipitation nowcasting (v1.0),
            Geoscientific Model Development 12, 2019, https://doi.org/10.5194/gmd-12-4185-2019
    """
    where = "sample_rain"
    step = check_int(where, "step_minutes", step_minutes, _MINUTES)
    longest = _MINUTES * (_FRAMES - 1)
    if step % _MINUTES or step > longest:
        raise error(
            where,
            f"step_minutes={step}",
            f"a multiple of {_MINUTES} up to {longest}: a frame was measured every "
            f"{_MINUTES} minutes",
            "Pass step_minutes=2 or 6.",
        )
    stored = read_npz(where, FILE)
    every = slice(None, None, step // _MINUTES)
    return RainSample(
        frames=(stored[CODES][every, ..., None] / _CODES_PER_MM).astype("float32"),
        times=stored["time_utc"][every].astype("datetime64[m]"),
        minutes=step,
        units="mm/h",
        grid=Grid(
            y=stored["latitude"],
            x=stored["longitude"],
            y_attributes={"standard_name": "latitude", "units": "degrees_north"},
            x_attributes={"standard_name": "longitude", "units": "degrees_east"},
            mapping={"grid_mapping_name": "latitude_longitude"},
        ),
        credit=CREDIT,
    )
