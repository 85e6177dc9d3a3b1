"""The dtypes that tensors on the wire may have: numbers and bools, nothing that needs decoding."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class TensorDtype:
    """One dtype.

    Args:
        number: int. Its number in `TensorProto.dtype`.
        label: str. The same by name, as in the JSON of REST.
        dtype: `numpy.dtype`.
        field: str. The field of a `TensorProto` that holds its values when they are written one
            by one.
    """

    number: int
    label: str
    dtype: np.dtype
    field: str


DTYPES = tuple(
    TensorDtype(number, label, np.dtype(name), field)
    for number, label, name, field in (
        (1, "DT_FLOAT", "float32", "float_val"),
        (2, "DT_DOUBLE", "float64", "double_val"),
        (3, "DT_INT32", "int32", "int_val"),
        (4, "DT_UINT8", "uint8", "int_val"),
        (5, "DT_INT16", "int16", "int_val"),
        (6, "DT_INT8", "int8", "int_val"),
        (9, "DT_INT64", "int64", "int64_val"),
        (10, "DT_BOOL", "bool", "bool_val"),
    )
)
BY_NUMBER = {each.number: each for each in DTYPES}
BY_LABEL = {each.label: each for each in DTYPES}
BY_NAME = {each.dtype.name: each for each in DTYPES}
NAMES = ", ".join(BY_NAME)


def dtype_name(key):
    """Return the NumPy name of a number or label; "other" of one that is not among `DTYPES`.

    >>> dtype_name(1), dtype_name("DT_INT32"), dtype_name(7)
    ('float32', 'int32', 'other')
    """
    found = BY_NUMBER.get(key) or BY_LABEL.get(key)
    return found.dtype.name if found else "other"


def dtype_label(number):
    """Return the label of a number; "DT_INVALID" of one that is not among `DTYPES`.

    >>> dtype_label(1), dtype_label(7)
    ('DT_FLOAT', 'DT_INVALID')
    """
    found = BY_NUMBER.get(number)
    return found.label if found else "DT_INVALID"
