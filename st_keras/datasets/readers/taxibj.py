"""TaxiBJ: HDF5 files with `data` (T, 2, H, W), inflow and outflow, and `date`, the slots of them.

A slot is `YYYYMMDDSS`, bytes, SS from 01 to 48: half an hour of a day in Beijing.
"""

import re

import numpy as np

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.readers import hdf5
from st_keras.datasets.readers.hdf5_file import array_at, detect_hdf5, opened_hdf5
from st_keras.datasets.readers.hdf5_values import HDF5Values
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import refuse_unreadable
from st_keras.validation import error

WHERE = "reader 'taxibj'"
SLOTS = 48  # of a day
_SLOT = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)")


def slot_times(slots):
    """Return when slots begin, as their city has it.

    Args:
        slots: sequence of bytes, `YYYYMMDDSS`.

    Returns:
        datetime64 (T,), to the minute.

    Raises:
        ValueError: for one of another form.

    Example:

    >>> slot_times([b"2013070101", b"2013070148"]).astype(str).tolist()
    ['2013-07-01T00:00', '2013-07-01T23:30']
    """
    found = np.empty(len(slots), "datetime64[m]")
    for k, slot in enumerate(slots):
        match = _SLOT.fullmatch(bytes(slot))
        number = int(match[4]) if match else 0
        try:
            day = np.datetime64(b"-".join(match.groups()[:3]).decode(), "m") if match else None
        except ValueError:
            day = None
        if day is None or not 1 <= number <= SLOTS:
            raise error(
                WHERE,
                f"the slot {bytes(slot)!r}",
                f"YYYYMMDDSS, a day and the number of its half hour, 01 to {SLOTS}",
                "Pass the file as published.",
            )
        found[k] = day + np.timedelta64(30 * (number - 1), "m")
    return found


def _open(path, variable=None):
    if variable is not None:
        return hdf5.READER.open(path, variable)
    with refuse_unreadable(WHERE, path), opened_hdf5(WHERE, path) as file:
        values = HDF5Values(WHERE, path, file["data"], "data")
        slots = file["date"][()]
    if len(values.shape) != 4 or values.shape[1] != 2 or len(slots) != values.shape[0]:
        raise error(
            WHERE,
            f"{str(path)!r} with data of shape {values.shape} and {len(slots)} dates",
            "data (T, 2, H, W), inflow and outflow, and a date of each",
            "Copy or download it again.",
        )
    return Frames(
        values=values,
        axes="TCHW",
        times=slot_times(slots),
        name="flow",
        channels=("inflow", "outflow"),
    )


def _detect(path):
    def passes(file):
        data, date = array_at(file, "data"), array_at(file, "date")
        if data is None or date is None:
            return False
        return data.ndim == 4 and date.dtype.kind == "S"

    return detect_hdf5(path, passes)


READER = Reader(
    name="taxibj", suffixes=(".h5", ".hdf5"), open=_open, options=(VARIABLE,), detect=_detect
)
