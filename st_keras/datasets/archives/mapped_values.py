"""A mapped file that is read through without staying in the memory of the process."""

import mmap
import threading

import numpy as np

KEPT = 256 * 2**20  # bytes read between two releases


class MappedValues:
    """Values of a mapped array, copied as they are read; the pages are handed back now and then.

    Pages of a map count as memory of the process until somebody else needs the room. On a machine
    shared by a scheduler that looks like an archive held in memory. Handed back, they stay in the
    system's cache of files, where they are found again.

    Args:
        array: `numpy.memmap`, or a view of one.
        kept: int, bytes that are read before pages are handed back. Default 256 MiB.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "frames.npy"
    >>> np.save(path, np.arange(12).reshape(3, 2, 2))
    >>> values = MappedValues(np.load(path, mmap_mode="r"))
    >>> values.shape, values[1:2].tolist()
    ((3, 2, 2), [[[4, 5], [6, 7]]])
    """

    def __init__(self, array, kept=KEPT):
        self._array, self._kept = array, kept
        self.shape, self.dtype = array.shape, array.dtype
        self._map = _map_of(array)
        self._read, self._lock = 0, threading.Lock()

    def __getitem__(self, index):
        part = np.array(self._array[index])
        with self._lock:
            self._read += part.nbytes
            release = self._read >= self._kept
            if release:
                self._read = 0
        # Another thread that reads at this moment finds its pages again.
        if release and self._map is not None and hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)
        return part


class MappedOnDemand:
    """Values of a mapped array whose file is mapped only while some of them are copied.

    A map keeps its file open, and a process may have no more than some thousands.

    Args:
        array: `numpy.memmap` of a whole file, or the rest of one.

    Example:

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "frames.npy"
    >>> np.save(path, np.arange(12).reshape(3, 2, 2))
    >>> MappedOnDemand(np.load(path, mmap_mode="r"))[1:2].tolist()
    [[[4, 5], [6, 7]]]
    """

    def __init__(self, array):
        self.shape, self.dtype = array.shape, array.dtype
        order = "C" if array.flags.c_contiguous else "F"
        self._file = {"filename": array.filename, "offset": array.offset, "order": order}

    def __getitem__(self, index):
        array = np.memmap(mode="r", dtype=self.dtype, shape=self.shape, **self._file)
        return np.array(array[index])


def mapped_on_demand(values):
    """Return values whose file is mapped when it is read, if they are a map of one.

    Args:
        values: anything; only a `numpy.memmap` that is no view of another changes.

    Returns:
        `MappedOnDemand`, or the values.
    """
    whole = isinstance(values, np.memmap) and isinstance(values.base, mmap.mmap)
    return MappedOnDemand(values) if whole and values.filename is not None else values


def _map_of(array):
    """Return the `mmap.mmap` below an array, or None if there is none."""
    while array is not None and not isinstance(array, mmap.mmap):
        array = getattr(array, "base", None)
    return array
