"""How the codes of a CF variable become values: packing, fill values, valid ranges."""

import dataclasses
import numbers

import numpy as np

from st_keras.validation import error

# What NetCDF has in floats that nobody wrote.
_UNWRITTEN = 9.969209968386869e36
_NO_DATA = {"missing", "missing_data", "no_data", "nodata", "no_coverage", "outside_coverage"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class CfCoding:
    """Codes to values: `scale * code + offset`, NaN where there is no data.

    Made by `coding_of`.

    Args:
        scale, offset: floats.
        missing: tuple of numbers, codes for no data.
        low, high: the valid range of codes; None: no limit.
        low_value, high_value: the valid range of values; None: no limit.
        unsigned: dtype that the codes really have, or None.
        dtype: of the values.
    """

    dtype: np.dtype
    scale: float = 1.0
    offset: float = 0.0
    missing: tuple = ()
    low: float | None = None
    high: float | None = None
    low_value: float | None = None
    high_value: float | None = None
    unsigned: np.dtype | None = None

    def decode(self, codes):
        """Return the values of an array of codes."""
        if self.unsigned is not None:
            codes = codes.view(self.unsigned)
        values = codes
        if (self.scale, self.offset) != (1.0, 0.0):
            # Not in the type of the codes: int16 times a whole scale overflows.
            values = codes.astype("float64") * self.scale + self.offset
        values = values.astype(self.dtype, copy=False)
        wrong = [codes == code for code in self.missing]
        wrong += [] if self.low is None else [codes < self.low]
        wrong += [] if self.high is None else [codes > self.high]
        wrong += [] if self.low_value is None else [values < self.low_value]
        wrong += [] if self.high_value is None else [values > self.high_value]
        if not any(each.any() for each in wrong):
            return values
        return np.where(np.logical_or.reduce(wrong), self.dtype.type(np.nan), values)

    def with_floats(self):
        """Return this coding with values that NaN can stand among."""
        floats = self.dtype.kind == "f"
        return self if floats else dataclasses.replace(self, dtype=np.dtype("float32"))


def coding_of(where, variable, missing_value=None, dtype="float32"):
    """Return how a variable is to be decoded, by what its attributes say.

    `_FillValue`, `missing_value`, `scale_factor`, `add_offset`, `valid_min`, `valid_max`,
    `valid_range`, `_Unsigned`, and `flag_values` whose meaning is no data. Limits are limits of
    codes, unless they are floats and the codes are not (NetCDF User's Guide, appendix A). What
    xarray decoded already is not decoded twice.

    Args:
        where: str. Who asks; the errors begin with it.
        variable: `xarray.DataArray` or `xarray.Variable`.
        missing_value: number or sequence of numbers, more values that stand for no data; None
            (default): those that the attributes name.
        dtype: str, of values that are no floats as they stand. Default "float32".

    Returns:
        `CfCoding`.

    Raises:
        ValueError: if the type is none of numbers, an attribute is no number, or xarray made a
            product of integers that overflows.

    Example:

    >>> import numpy as np
    >>> import xarray
    >>> attributes = {"scale_factor": np.int16(100), "_FillValue": np.int16(-1)}
    >>> codes = xarray.DataArray(np.array([1000, -1], "int16"), attrs=attributes)
    >>> coding_of("doc", codes).decode(codes.values)
    array([100000.,     nan], dtype=float32)
    """
    _check_type(where, variable)
    attributes, held = variable.attrs, variable.dtype
    unsigned = None
    if held.kind == "i" and str(attributes.get("_Unsigned", "")).lower() == "true":
        unsigned = np.dtype(f"u{held.itemsize}").newbyteorder(held.byteorder)
    _check_product(where, variable)
    scale = _number(where, attributes, "scale_factor", 1.0)
    offset = _number(where, attributes, "add_offset", 0.0)
    if scale == 0:
        raise _no_number(where, "scale_factor", attributes["scale_factor"])
    missing = [
        *_numbers(where, attributes, "_FillValue"),
        *_numbers(where, attributes, "missing_value"),
        *_flags(attributes),
        *([] if missing_value is None else np.atleast_1d(missing_value)),
        *([_UNWRITTEN] if held.kind == "f" and held.itemsize > 2 else []),
    ]
    missing = dict.fromkeys(_as_code(value, held, unsigned) for value in missing)
    missing = tuple(code for code in missing if code is not None)
    limits = _limits(where, variable, unsigned)
    packed = (scale, offset) != (1.0, 0.0)
    if held.kind == "f" and not packed:
        made = np.dtype("float32") if held.itemsize < 4 else held
    else:
        floats = packed or missing or any(limit is not None for limit in limits.values())
        made = np.dtype(dtype) if floats or held.kind == "f" else unsigned or held
    # Old formats have the bytes of a number in the other order, which TensorFlow does not take.
    made = made.newbyteorder("=")
    return CfCoding(
        dtype=made, scale=scale, offset=offset, missing=missing, unsigned=unsigned, **limits
    )


def _check_type(where, variable):
    if variable.dtype.kind not in "biuf":
        raise error(
            where,
            f"{variable.name if hasattr(variable, 'name') else 'a variable'!s} of dtype "
            f"{variable.dtype}",
            "real numbers: bool, integers or floats",
            "Pick another variable; text, times and objects are no frames.",
        )


def _check_product(where, variable):
    """Refuse what xarray unpacked in a type of integers that does not hold it."""
    encoding = variable.encoding
    scale, offset = encoding.get("scale_factor", 1), encoding.get("add_offset", 0)
    codes = np.dtype(encoding.get("dtype", variable.dtype))
    if variable.dtype.kind not in "iu" or codes.kind not in "iu" or (scale, offset) == (1, 0):
        return
    ends = [int(np.iinfo(codes).min) * int(scale), int(np.iinfo(codes).max) * int(scale)]
    limits = np.iinfo(variable.dtype)
    if min(ends) + int(offset) < limits.min or max(ends) + int(offset) > limits.max:
        raise error(
            where,
            f"{variable.dtype} values that xarray made of {codes} codes, scale_factor={scale} and "
            f"add_offset={offset}: the product may have overflowed",
            "codes as they stand in the file, or a product of floats",
            "Open the file with mask_and_scale=False, or with st_keras.datasets.open_frames.",
        )


def _limits(where, variable, unsigned):
    attributes, encoding, held = variable.attrs, variable.encoding, variable.dtype
    low, high = _number(where, attributes, "valid_min"), _number(where, attributes, "valid_max")
    if "valid_range" in attributes:
        both = _numbers(where, attributes, "valid_range")
        if len(both) != 2:
            raise _no_number(where, "valid_range", attributes["valid_range"])
        low, high = both
    if low is None and high is None:
        return {}
    given = attributes.get("valid_range", attributes.get("valid_min", attributes.get("valid_max")))
    of_values = held.kind in "iu" and np.asarray(given).dtype.kind == "f"
    if of_values and ("scale_factor" in attributes or "add_offset" in attributes):
        return {"low_value": low, "high_value": high}
    if held.kind == "f" and np.asarray(given).dtype.kind in "iu":
        # xarray unpacked the codes, and left their limits as they were.
        scale, offset = encoding.get("scale_factor", 1.0), encoding.get("add_offset", 0.0)
        low, high = (None if each is None else each * scale + offset for each in (low, high))
        if scale < 0:
            low, high = high, low
    if unsigned is not None:
        low, high = (
            each if each is None else each % 2 ** (8 * held.itemsize) for each in (low, high)
        )
    return {"low": low, "high": high}


def _flags(attributes):
    meanings = str(attributes.get("flag_meanings", "")).lower().split()
    values = np.atleast_1d(attributes.get("flag_values", ()))
    return [value for value, word in zip(values, meanings, strict=False) if word in _NO_DATA]


def _as_code(value, held, unsigned):
    """Return a value as it stands among the codes; None if it cannot stand there."""
    if held.kind == "f":
        with np.errstate(over="ignore"):
            code = held.type(value)
        return None if np.isnan(code) else code
    if not np.isfinite(value) or value != int(value):
        return None
    value = int(value)
    if unsigned is not None and value < 0:
        value += 2 ** (8 * held.itemsize)  # NetCDF-3 has no unsigned types to write it in
    limits = np.iinfo(unsigned or held) if held.kind in "iu" else None
    return value if limits is None or limits.min <= value <= limits.max else None


def _numbers(where, attributes, name):
    if name not in attributes:
        return []
    values = np.atleast_1d(attributes[name])
    if values.dtype.kind not in "biuf":
        raise _no_number(where, name, attributes[name])
    return list(values)


def _number(where, attributes, name, default=None):
    values = _numbers(where, attributes, name)
    if not values:
        return default
    if len(values) > 1 or not (isinstance(values[0], numbers.Real) and np.isfinite(values[0])):
        raise _no_number(where, name, attributes[name])
    return values[0].item()


def _no_number(where, name, value):
    return error(
        where,
        f"the attribute {name}={value!r}",
        "a number that codes can be decoded with",
        "Correct the attribute in the file.",
    )
