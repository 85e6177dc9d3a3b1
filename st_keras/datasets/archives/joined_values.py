"""Arrays of several files as one, along one axis; nothing is read before it is asked for."""

import bisect
import itertools
import operator

import numpy as np


class JoinedValues:
    """Arrays one after the other along an axis.

    Args:
        parts: list of arrays, or of what has `shape`, `dtype` and slicing; equal but for the axis.
        axis: int of at least 0. It is indexed by an int or a slice.

    Example:

    >>> joined = JoinedValues([np.zeros((1, 2, 3)), np.ones((4, 2, 3), "float32")], axis=0)
    >>> joined.shape, joined[0:3, 1, :].sum(), joined[4].shape
    ((5, 2, 3), np.float64(6.0), (2, 3))
    """

    def __init__(self, parts, axis):
        self._parts, self._axis = list(parts), axis
        self._ends = list(itertools.accumulate(int(part.shape[axis]) for part in parts))
        shape = list(map(int, parts[0].shape))
        shape[axis] = self._ends[-1]
        self.shape = tuple(shape)
        self.dtype = np.result_type(*{np.dtype(part.dtype) for part in parts})

    def __getitem__(self, index):
        index = index if isinstance(index, tuple) else (index,)
        # Compared by identity: an array is equal to nothing in particular.
        dots = next((k for k, each in enumerate(index) if each is Ellipsis), len(index))
        left, right = index[:dots], index[dots + 1 :]
        index = (*left, *[slice(None)] * (len(self.shape) - len(left) - len(right)), *right)
        wanted = index[self._axis]
        if not isinstance(wanted, slice):
            number, count = operator.index(wanted), self.shape[self._axis]
            if not -count <= number < count:
                raise IndexError(f"entry {number} of {count}")
            number %= count
            part = bisect.bisect_right(self._ends, number)
            return self._read(part, index, number - self._start(part)).astype(self.dtype)
        start, stop, step = wanted.indices(self.shape[self._axis])
        if step != 1 or start >= stop:
            numbers = range(start, stop, step)
            each = [self[self._at(index, slice(n, n + 1))] for n in numbers]
            return np.concatenate(each, self._axis_of(index)) if each else self._nothing(index)
        found = []
        for part in range(bisect.bisect_right(self._ends, start), len(self._parts)):
            first = self._start(part)
            if first >= stop:
                break
            own = slice(max(start - first, 0), min(stop, self._ends[part]) - first)
            found.append(self._read(part, index, own))
        joined = found[0] if len(found) == 1 else np.concatenate(found, self._axis_of(index))
        return joined.astype(self.dtype, copy=False)

    def _start(self, part):
        return self._ends[part - 1] if part else 0

    def _read(self, part, index, own):
        return np.asarray(self._parts[part][self._at(index, own)])

    def _at(self, index, own):
        return (*index[: self._axis], own, *index[self._axis + 1 :])

    def _axis_of(self, index):
        """Where the axis is in what is read: ints before it leave no axis."""
        return sum(isinstance(each, slice) for each in index[: self._axis])

    def _nothing(self, index):
        return self._read(0, index, slice(0, 0)).astype(self.dtype)


class FrameSources:
    """Where each of many frames comes from, a sequence of str.

    Args:
        names: list of str, one for each file.
        counts: list of ints, frames of each file.

    Example:

    >>> sources = FrameSources(["a.h5", "b.h5"], [2, 3])
    >>> len(sources), sources[1], sources[2]
    (5, 'a.h5', 'b.h5')
    """

    def __init__(self, names, counts):
        self._names, self._ends = list(names), list(itertools.accumulate(counts))

    def __len__(self):
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, t):
        return self._names[bisect.bisect_right(self._ends, t)]
