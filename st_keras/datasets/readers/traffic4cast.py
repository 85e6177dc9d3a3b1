"""Traffic4Cast: an HDF5 file a day, `array` uint8 (288, 495, 436, C), a frame every 5 minutes."""

import pathlib
import re

import numpy as np

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.readers import hdf5
from st_keras.datasets.readers.hdf5_file import array_at, detect_hdf5, opened_hdf5
from st_keras.datasets.readers.hdf5_values import HDF5Values
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import refuse_unreadable
from st_keras.validation import error

WHERE = "reader 'traffic4cast'"
BINS = 288  # of a day
KEY = "array"
_HEADINGS = ("NE", "NW", "SE", "SW")
_OF_HEADINGS = tuple(f"{what}_{h}" for h in _HEADINGS for what in ("volume", "speed"))
# Of the competitions of 2019, of 2021 and 2022, and of 2020.
CHANNELS = {3: ("volume", "speed", "heading"), 8: _OF_HEADINGS, 9: (*_OF_HEADINGS, "incidents")}
_DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")


def open_day(path):
    """Open a day.

    Args:
        path: str or path.

    Returns:
        `(HDF5Values (288, H, W, C), datetime64 (288,) or None where the name has no date)`.

    Raises:
        ValueError: for a file of another form, as those of test slots alone.
    """
    with refuse_unreadable(WHERE, path), opened_hdf5(WHERE, path) as file:
        values = HDF5Values(WHERE, path, file[KEY], KEY)
    if len(values.shape) != 4 or values.shape[0] != BINS or values.shape[3] not in CHANNELS:
        raise error(
            WHERE,
            f"{str(path)!r} with {KEY} of shape {values.shape}",
            f"a whole day: ({BINS}, H, W, C) with {', '.join(map(str, CHANNELS))} channels",
            "Pass days of training or validation: files of test slots hold the context alone.",
        )
    return values, _times(path)


def _times(path):
    found = _DAY.search(pathlib.PurePath(path).name)
    try:
        day = np.datetime64("-".join(found.groups()), "m") if found else None
    except ValueError:
        return None
    return None if day is None else day + np.arange(BINS) * np.timedelta64(5, "m")


def _open(path, variable=None):
    if variable is not None:
        return hdf5.READER.open(path, variable)
    values, times = open_day(path)
    return Frames(
        values=values,
        axes="THWC",
        times=times,
        channels=CHANNELS[values.shape[3]],
        value_range=(0.0, 255.0) if values.dtype == np.uint8 else None,
    )


def _detect(path):
    def passes(file):
        array = array_at(file, KEY) if list(file) == [KEY] else None
        if array is None or array.dtype != np.uint8 or array.ndim != 4:
            return False
        return array.shape[0] == BINS and array.shape[3] in CHANNELS

    return detect_hdf5(path, passes)


READER = Reader(
    name="traffic4cast",
    suffixes=(".h5", ".hdf5"),
    open=_open,
    options=(VARIABLE,),
    detect=_detect,
)
