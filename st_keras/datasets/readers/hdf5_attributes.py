"""Attributes of HDF5 groups and datasets as plain Python: text, numbers, arrays."""

import numpy as np


def attribute(item, name, default=None):
    """Return an attribute as plain Python.

    Bytes become text; an array of one entry becomes this entry, as writers disagree on both.

    Args:
        item: `h5py` group or dataset, or None: it has no attributes.
        name: str.
        default: what is returned where it is missing, or cannot be read.

    Returns:
        str, int, float, bool or NumPy array.

    Example:

    >>> import h5py
    >>> with h5py.File("a.h5", "w") as file:
    ...     file.attrs.update({"unit": np.bytes_("mm"), "fill": np.array([255], "uint8")})
    ...     attribute(file, "unit"), attribute(file, "fill"), attribute(file, "gain", 1.0)
    ('mm', 255, 1.0)
    """
    if item is None or name not in item.attrs:
        return default
    try:
        value = item.attrs[name]
    except (OSError, TypeError, ValueError):
        return default  # of a type that NumPy does not have
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").rstrip("\0")
    return value.item() if isinstance(value, np.generic) else value
