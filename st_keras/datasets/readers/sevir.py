"""SEVIR: HDF5 files of events, uint8 (N, H, W, T), with the name of each event in `id`."""

from st_keras.datasets.archives.frames import Frames
from st_keras.datasets.readers import hdf5
from st_keras.datasets.readers.hdf5_file import array_at, detect_hdf5, opened_hdf5
from st_keras.datasets.readers.hdf5_values import HDF5Values
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import choose_variable, refuse_unreadable
from st_keras.validation import error

WHERE = "reader 'sevir'"
VIL = "vil"
_TYPES = (VIL, "vis", "ir069", "ir107")
_IDS = "id"


def open_events(path, variable=None):
    """Open the events of a file.

    Args:
        path: str or path.
        variable: str, "vil", "vis", "ir069" or "ir107". Default None: the one that is there.

    Returns:
        `(HDF5Values (N, H, W, T), list of N str, the names of the events)`.

    Raises:
        ValueError: for a file of another form.
    """
    with refuse_unreadable(WHERE, path), opened_hdf5(WHERE, path) as file:
        there = [name for name in _TYPES if array_at(file, name) is not None]
        variable = choose_variable(str(path), variable, there)
        values = HDF5Values(WHERE, path, file[variable], variable)
        ids = array_at(file, _IDS)
        ids = () if ids is None else ids[()]
    names = [
        each.decode("ascii", "replace") if isinstance(each, bytes) else str(each) for each in ids
    ]
    if len(values.shape) != 4 or len(names) != values.shape[0]:
        raise error(
            WHERE,
            f"{str(path)!r} with {variable} of shape {values.shape} and {len(names)} names",
            "events (N, H, W, T) and a name of each in `id`",
            "Copy or download it again.",
        )
    return values, names


def _open(path, variable=None):
    if variable not in (None, *_TYPES):
        return hdf5.READER.open(path, variable)
    values, _ = open_events(path, variable)
    return Frames(values=values, axes="NHWT", name=values.key)


def _detect(path):
    def passes(file):
        arrays = [array_at(file, name) for name in (_IDS, *_TYPES)]
        return arrays[0] is not None and any(a is not None and a.ndim == 4 for a in arrays[1:])

    return detect_hdf5(path, passes)


READER = Reader(
    name="sevir", suffixes=(".h5", ".hdf5"), open=_open, options=(VARIABLE,), detect=_detect
)
