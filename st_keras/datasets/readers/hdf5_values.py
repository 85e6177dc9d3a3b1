"""A dataset of an HDF5 file, which is open only while values are read."""

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
