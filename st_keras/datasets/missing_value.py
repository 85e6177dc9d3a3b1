"""The number that stands for "no data" in a user's frames."""

import math
import numbers

import numpy as np

from st_keras.validation import error


def check_missing_value(where, value, dtype):
    """Return a missing value as the data have it.

    Args:
        where: str. Who asks; the error begins with it.
        value: real number, NaN and infinity too; or None.
        dtype: NumPy dtype of the frames.

    Returns:
        NumPy scalar of that dtype, rounded as it stands in the data; None for None.

    Raises:
        ValueError: if it is no real number, or the frames cannot hold it.

    Example:
    >>> int(check_missing_value("doc", 255.0, np.dtype("uint8")))
    255
    """
    if value is None:
        return None
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, np.bool_)):
        raise error(
            where,
            f"missing_value={value!r}",
            "the number that stands for no data in the frames; NaN is one too",
            "Pass for example missing_value=-9999, or leave it out.",
        )
    try:
        held = _as_dtype(value, dtype)
    except OverflowError:  # an int beyond all floats
        held = None
    if held is None:
        raise error(
            where,
            f"missing_value={value!r} for frames of {dtype}",
            f"a number that {dtype} can hold",
            "Pass the number as it stands in the frames, before scaling and conversion.",
        )
    return held


def find_missing(block, missing_value):
    """Tell where values are missing.

    Args:
        block: real array of any shape.
        missing_value: what `check_missing_value` returned.

    Returns:
        bool array of the same shape; None where nothing stands for missing.

    Example:
    >>> find_missing(np.array([0.0, np.nan]), np.float64("nan"))
    array([False,  True])
    """
    if missing_value is None:
        return None
    return np.isnan(block) if np.isnan(missing_value) else block == missing_value


def show_missing_value(value):
    """Return a missing value as JSON can hold it: a number, or "nan", "inf" or "-inf".

    Example:
    >>> show_missing_value(np.float32("nan")), show_missing_value(np.uint8(255))
    ('nan', 255)
    """
    if value is None or np.isfinite(value):
        return None if value is None else value.item()
    return str(float(value))


def _as_dtype(value, dtype):
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        whole = math.isfinite(value) and value == int(value)
        return dtype.type(int(value)) if whole and limits.min <= value <= limits.max else None
    if dtype.kind == "b":
        return np.bool_(value) if value in (0, 1) else None
    with np.errstate(over="ignore"):
        held = dtype.type(value)
    return held if np.isfinite(held) == math.isfinite(value) else None
