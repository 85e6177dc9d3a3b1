"""`.npz` files: one array is read, into memory."""

from st_keras.datasets.readers.binary_file import opened_file
from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import (
    check_filled_file,
    choose_variable,
    refuse_unreadable,
)
from st_keras.files.npz_file import open_npz


def read_npz(where, path, keys=None):
    """Read arrays of an npz file by name.

    Args:
        where: str. Who asks; the errors begin with it.
        path: str or path of the npz file.
        keys: names to read; those that the file lacks are left out. Default None: all.

    Returns:
        dict from every name in the file to its array, or to None where it was not asked for.

    Raises:
        ValueError: if the file is missing, empty, truncated, pickled or not an npz, or if what is
            read expands beyond all real data; see `check_expansion`.

    Example:
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "a.npz"
    ...     np.savez(path, a=np.arange(2), b=np.arange(3))
    ...     read_npz("doc", path, keys=["a"])
    {'a': array([0, 1]), 'b': None}
    """
    check_filled_file(where, path)
    with refuse_unreadable(where, path), open(path, "rb") as file, open_npz(file) as npz:
        wanted = npz.names if keys is None else [name for name in npz.names if name in keys]
        return dict.fromkeys(npz.names) | npz.read(wanted)


def _open(path, variable=None):
    with opened_file(path) as file, open_npz(file) as npz:
        variable = choose_variable(path, variable, npz.names)
        return npz.read([variable])[variable]


READER = Reader(name="npz", suffixes=(".npz",), open=_open, options=(VARIABLE,))
