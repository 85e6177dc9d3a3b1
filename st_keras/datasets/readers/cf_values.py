"""Codes that lie in a file, read and decoded a piece at a time."""

import numpy as np


class CfValues:
    """Values of a CF variable: nothing is read but what a slice asks for.

    Several threads may read at once, and another process may have it, if the codes can be read so
    and be pickled, as those of xarray and zarr can.

    Args:
        codes: `xarray.Variable`, or anything with `shape`, `dtype` and slicing by ints and slices.
        coding: `CfCoding`.
        kept: tuple of ints, the axes of the codes that the values have, in this order; of the
            others, which have one entry, it is read. Default None: all.
        leading: bool. Whether a first axis of one entry is put before them. Default False.
        absent: `AbsentChunks`, or None: where codes are not stored, and mean no data.

    Attributes:
        shape: tuple of ints.
        dtype: NumPy dtype.

    Example:

    >>> from st_keras.datasets.readers.cf_coding import CfCoding
    >>> coding = CfCoding(scale=0.5, missing=(255,), dtype=np.dtype("float32"))
    >>> values = CfValues(np.array([[[4, 255]]], "uint8"), coding, kept=(0, 2))
    >>> values.shape, values[0]
    ((1, 2), array([ 2., nan], dtype=float32))
    """

    def __init__(self, codes, coding, kept=None, leading=False, absent=None):
        self._codes, self._coding, self._absent = codes, coding, absent
        self._kept = tuple(range(len(codes.shape))) if kept is None else tuple(kept)
        self._leading = leading
        self.shape = (1,) * leading + tuple(int(codes.shape[axis]) for axis in self._kept)
        self.dtype = np.dtype(coding.dtype)

    def __getitem__(self, index):
        index = _whole(index, len(self.shape))
        first = index[: int(self._leading)]
        places = [0] * len(self._codes.shape)
        for axis, place in zip(self._kept, index[int(self._leading) :], strict=True):
            places[axis] = place
        places = tuple(places)
        values = self._coding.decode(np.asarray(self._codes[places]))
        if self._absent is not None:
            values = self._absent.blank(values, places)
        return values[None][first] if first else values


def _whole(index, rank):
    """Return an index with one entry for each axis."""
    index = index if isinstance(index, tuple) else (index,)
    at = next((at for at, place in enumerate(index) if place is Ellipsis), len(index))
    left, right = index[:at], index[at + 1 :]
    return (*left, *(slice(None),) * (rank - len(left) - len(right)), *right)
