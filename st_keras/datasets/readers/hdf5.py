"""HDF5 files, which stay open: a dataset reads what is asked of it."""

from st_keras.datasets.readers.reader import VARIABLE, Reader
from st_keras.datasets.readers.refusals import choose_variable


def _open(path, variable=None):
    import h5py

    found = {}

    def note(key, item):
        if isinstance(item, h5py.Dataset) and item.shape is not None:
            # Bytes where the file is damaged: no name in UTF-8.
            found[key if isinstance(key, str) else repr(key)] = item

    # The datasets hold the file open, as long as one of them is in use.
    h5py.File(path, "r").visititems(note)
    if variable is not None:
        variable = variable.strip("/")
    return found[choose_variable(path, variable, list(found))]


READER = Reader(name="hdf5", suffixes=(".h5", ".hdf5"), open=_open, options=(VARIABLE,))
