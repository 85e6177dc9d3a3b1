"""Values of files that are read as a whole, when they are asked for."""

import numpy as np


class ReadOnDemand:
    """An array that a function reads anew each time; in between nothing is held, nothing open.

    Args:
        read: function without arguments that returns the array, from several threads at once.
        shape: tuple of ints, its shape.
        dtype: its dtype.

    Example:

    >>> values = ReadOnDemand(lambda: np.arange(6).reshape(2, 3), (2, 3), "int64")
    >>> values.shape, values[1, 1:].tolist()
    ((2, 3), [4, 5])
    """

    def __init__(self, read, shape, dtype):
        self.read, self.shape, self.dtype = read, tuple(shape), np.dtype(dtype)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        return self.read()[index]
