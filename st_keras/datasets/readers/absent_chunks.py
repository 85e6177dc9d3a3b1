"""Chunks of a zarr array that are not stored: how many, and where."""

import dataclasses
import itertools

import numpy as np


@dataclasses.dataclass(frozen=True)
class AbsentChunks:
    """Which chunks are not stored.

    Args:
        grid: bool array, one entry for each chunk along each axis: not stored.
        sizes: tuple of ints, the size of a chunk along each axis.
        shape: tuple of ints, of the array.

    Example:

    >>> absent = AbsentChunks(np.array([[False, True]]), sizes=(2, 2), shape=(2, 4))
    >>> absent.blank(np.ones((2, 4), "float32"), (slice(None), slice(None))).tolist()
    [[1.0, 1.0, nan, nan], [1.0, 1.0, nan, nan]]
    """

    grid: np.ndarray
    sizes: tuple
    shape: tuple

    @property
    def count(self):
        """How many are not stored, int."""
        return int(self.grid.sum())

    def blank(self, values, index):
        """Return values of a part of the array, NaN where the chunk is not stored.

        Args:
            values: array of floats, what `index` picks.
            index: tuple of ints and slices, one for each axis.
        """
        chunks = [
            np.arange(size)[place] // chunk
            for size, place, chunk in zip(self.shape, index, self.sizes, strict=True)
        ]
        absent = self.grid[np.ix_(*(np.atleast_1d(each) for each in chunks))]
        if not absent.any():
            return values
        absent = absent.reshape([each.size for each in chunks if each.ndim])
        return np.where(absent, values.dtype.type(np.nan), values)


def find_absent(array, keys):
    """Find the chunks of an array that are not stored.

    Args:
        array: `zarr.Array`.
        keys: set of str, what is stored below the array's folder.

    Returns:
        `AbsentChunks`. Of an array with shards these are its shards.
    """
    sizes = tuple(array.shards or array.chunks)
    counts = [-(-length // size) for length, size in zip(array.shape, sizes, strict=True)]
    grid = np.ones(counts, bool)
    for place in itertools.product(*map(range, counts)):
        grid[place] = array.metadata.encode_chunk_key(place) not in keys
    return AbsentChunks(grid, sizes, tuple(array.shape))
