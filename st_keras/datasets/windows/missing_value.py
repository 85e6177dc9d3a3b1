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


def missing_codes(where, missing_value, dtype, nan_is_missing=False):
    """Return all numbers that stand for no data.

    Args:
        where: str. Who asks; the error begins with it.
        missing_value: as for `check_missing_value`, or a tuple of such numbers.
        dtype: NumPy dtype of the frames.
        nan_is_missing: bool. Whether NaN does so besides. Default False.

    Returns:
        tuple of NumPy scalars.

    Raises:
        ValueError: as `check_missing_value`.

    Example:

    >>> missing_codes("doc", (-99, -999), np.dtype("int16"), nan_is_missing=True)
    (np.int16(-99), np.int16(-999))
    """
    named = missing_value if isinstance(missing_value, (tuple, list)) else (missing_value,)
    codes = [check_missing_value(where, value, dtype) for value in named if value is not None]
    if nan_is_missing and dtype.kind == "f" and not any(np.isnan(code) for code in codes):
        codes.append(dtype.type("nan"))
    return tuple(codes)


def find_missing(block, codes):
    """Tell where values are missing.

    Args:
        block: real array of any shape.
        codes: what `missing_codes` returned.

    Returns:
        bool array of the same shape; None where nothing stands for missing.

    Example:
    >>> find_missing(np.array([0.0, -99, np.nan]), (np.float64(-99), np.float64("nan")))
    array([False,  True,  True])
    """
    holes = None
    for code in codes:
        found = np.isnan(block) if np.isnan(code) else block == code
        holes = found if holes is None else holes | found
    return holes


def missing_as_nan(block, codes):
    """Return values with NaN where they are missing.

    Args:
        block: real array of any shape.
        codes: what `missing_codes` returned.

    Returns:
        The block itself where no code but NaN is there; else float32, or float64 of float64.

    Example:
    >>> missing_as_nan(np.array([3, 255], "uint8"), (np.uint8(255),))
    array([ 3., nan], dtype=float32)
    """
    named = tuple(code for code in codes if not np.isnan(code))
    holes = find_missing(block, named)
    if holes is None or not holes.any():
        return block
    values = block.astype("float64" if block.dtype == "float64" else "float32")
    values[holes] = np.nan
    return values


def show_missing_value(codes):
    """Return missing values as JSON can hold them: a number, or "nan", "inf" or "-inf".

    Args:
        codes: what `missing_codes` returned.

    Returns:
        None for no code, a number or text for one, else a list.

    Example:
    >>> show_missing_value((np.float32("nan"),)), show_missing_value((np.uint8(255),))
    ('nan', 255)
    """
    shown = [code.item() if np.isfinite(code) else str(float(code)) for code in codes]
    return shown if len(shown) > 1 else next(iter(shown), None)


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
