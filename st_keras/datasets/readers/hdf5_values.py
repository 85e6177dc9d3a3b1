"""A dataset of an HDF5 file, which is open only while values are read."""

import sys

import numpy as np

from st_keras.datasets.readers.hdf5_file import opened_hdf5
from st_keras.datasets.readers.refusals import refuse_unreadable


class HDF5Values:
    """Values of a dataset; thousands of them hold no file open. They can be pickled.

    Args:
        where: str. Who reads; errors begin with it.
        path: str or path of the file.
        dataset: `h5py.Dataset` of it, from which shape and dtype are taken.
        key: str, its name in the file. Default None: the one that the dataset has, which is one of
            another file where a link led there.

    Example:

    >>> import h5py
    >>> with h5py.File("a.h5", "w") as file:
    ...     values = HDF5Values("doc", "a.h5", file.create_dataset("rain", data=[[0, 1], [2, 3]]))
    >>> values.shape, values[1].tolist()
    ((2, 2), [2, 3])
    """

    def __init__(self, where, path, dataset, key=None):
        self.where, self.path, self.key = where, str(path), key or dataset.name
        self.shape, self.dtype = tuple(dataset.shape), np.dtype(dataset.dtype)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        with (
            refuse_unreadable(self.where, self.path),
            opened_hdf5(self.where, self.path) as file,
        ):
            return file[self.key][index]


def closed(where, path, values, key=None):
    """Return values that hold no file open.

    Args:
        where, path, key: as of `HDF5Values`.
        values: anything; `h5py.Dataset` is the only thing that changes, and its file is closed.

    Returns:
        `HDF5Values`, or the values.

    Example:

    >>> import h5py
    >>> file = h5py.File("b.h5", "w")
    >>> values = closed("doc", "b.h5", file.create_dataset("rain", data=[[0, 1], [2, 3]]))
    >>> values[1].tolist(), bool(file)
    ([2, 3], False)
    """
    h5py = sys.modules.get("h5py")
    if h5py is None or not isinstance(values, h5py.Dataset):
        return values
    found = HDF5Values(where, path, values, key)
    values.file.close()
    return found
