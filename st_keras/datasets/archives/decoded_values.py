"""Codes of an archive as physical values: scaled, offset, and NaN where a code says "no data"."""

import numpy as np


class DecodedValues:
    """Values that are decoded as they are read.

        value = scale * code + offset;   NaN where the code is one of `missing`

    The product is one of floats, however narrow the codes are.

    Args:
        codes: NumPy array, or anything with `shape`, `dtype` and slicing.
        scale, offset: floats. Default 1 and 0.
        missing: tuple of numbers, the codes for no data; NaN codes are NaN anyway.
        replaced: dict, values by code that are no product: {0: 0.0} where 0 says "no echo".
        dtype: of the values: "float32" (default) or "float64".

    Example:

    >>> codes = np.array([0, 10, 255], "uint8")
    >>> DecodedValues(codes, 0.5, -32.0, missing=(255,), replaced={0: 0.0})[:]
    array([  0., -27.,  nan], dtype=float32)
    """

    def __init__(self, codes, scale=1.0, offset=0.0, missing=(), replaced=None, dtype="float32"):
        self.codes, self.missing, self.replaced = codes, tuple(missing), dict(replaced or {})
        self.scale, self.offset = float(scale), float(offset)
        self.dtype = np.dtype(dtype)

    @property
    def shape(self):
        """Shape of the codes."""
        return tuple(self.codes.shape)

    def __getitem__(self, index):
        codes = np.asarray(self.codes[index])
        # In float64 first: float32 holds not every int32, and no code may move.
        # An array, of a single value too, or none could be assigned to it.
        values = np.asarray(codes.astype("float64") * self.scale + self.offset, self.dtype)
        for code, value in self.replaced.items():
            values[codes == code] = value
        for code in self.missing:
            values[codes == code] = np.nan
        return values
