"""One frame (H, W) of a file as a sequence of one, (1, H, W)."""

import operator

import numpy as np


class OneScan:
    """Values with an axis T of size 1 before their own axes.

    Args:
        values: NumPy array, or anything with `shape`, `dtype` and slicing, of any rank. Ints and
            slices of its axes are passed to it, so that no more than asked is read.

    Example:

    >>> scan = OneScan(np.arange(6.0).reshape(2, 3))
    >>> scan.shape, scan[0, 1].tolist(), scan[:, :, 1:].shape, scan[1:].shape
    ((1, 2, 3), [3.0, 4.0, 5.0], (1, 2, 2), (0, 2, 3))
    """

    def __init__(self, values):
        self.values = values
        self.dtype = np.dtype(values.dtype)

    @property
    def shape(self):
        """Shape of the values, and 1 before it."""
        return (1, *self.values.shape)

    def __len__(self):
        return 1

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        if not all(isinstance(part, slice) or _is_int(part) for part in index):
            return np.asarray(self.values[...])[None][index]  # lists, masks, Ellipsis, None
        first, *rest = index or (slice(None),)
        if _is_int(first):
            if operator.index(first) not in (0, -1):
                raise IndexError(f"frame {first} of 1")
            return np.asarray(self.values[tuple(rest) or ...])
        if len(range(*first.indices(1))) == 0:
            return np.zeros(self.shape, self.dtype)[index]
        return np.asarray(self.values[tuple(rest) or ...])[None]


def _is_int(part):
    return hasattr(part, "__index__") and not isinstance(part, (bool, np.bool_, np.ndarray))
