"""NumPy masked arrays as frames: NaN where the mask says that nothing is there."""

import numpy as np

from st_keras.validation import error


class UnmaskedValues:
    """Values of a masked array, or of an array in a file that is read as masked arrays.

    Args:
        where: str. Who asks; the errors begin with it.
        source: `numpy.ma.MaskedArray`, or what returns such, as a variable of netCDF4 does.

    Raises:
        ValueError: as it is read: for NaN at a place that the mask calls valid.

    Example:

    >>> rain = np.ma.masked_equal(np.array([[1, 2], [3, 4]], "int16"), 2)
    >>> UnmaskedValues("doc", rain)[:]
    array([[ 1., nan],
           [ 3.,  4.]], dtype=float32)
    """

    def __init__(self, where, source):
        self._where, self._source = where, source
        # The narrowest that holds every code.
        self.dtype = np.result_type(source.dtype, "float32")

    @property
    def shape(self):
        """Shape of the source."""
        return tuple(self._source.shape)

    def __getitem__(self, index):
        part = np.ma.asarray(self._source[index])
        if part.dtype.kind == "f":
            wrong = int(np.count_nonzero(np.isnan(part.filled(0))))
            if wrong:
                raise error(
                    self._where,
                    f"{wrong} NaN among the values that the mask calls valid",
                    "a mask that covers all that is missing",
                    "Mask them too: numpy.ma.masked_invalid(frames).",
                )
        return part.astype(self.dtype).filled(np.nan)


def is_masked(frames):
    """Tell whether frames bring a mask of their own.

    Example:

    >>> is_masked(np.ma.masked_equal([1, 2], 2)), is_masked(np.zeros(2))
    (True, False)
    """
    # A variable of netCDF4 returns masked arrays.
    return isinstance(frames, np.ma.MaskedArray) or hasattr(frames, "set_auto_mask")
