"""NumPy arrays as `TensorProto` messages and back; what is declared is checked before it is made.

Only the message is needed, which its caller passes or makes; TensorFlow itself is not.
"""

import math

import numpy as np

from st_keras.export.serving.signature import TensorSpec
from st_keras.export.serving.tensor_dtypes import BY_NAME, BY_NUMBER, NAMES
from st_keras.validation import error

MOST_AXES = 16
# What the protocol has in them, which may be more than the dtype of the tensor holds.
FIELD_DTYPES = {
    "float_val": "float32",
    "double_val": "float64",
    "int_val": "int32",
    "int64_val": "int64",
    "bool_val": "bool",
}


def write_tensor(proto, array):
    """Fill an empty `TensorProto` with an array of one of the `tensor_dtypes`."""
    proto.dtype = BY_NAME[array.dtype.name].number
    for size in array.shape:
        proto.tensor_shape.dim.add().size = size
    proto.tensor_content = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def declared_spec(where, proto):
    """Return the shape and dtype that a `TensorProto` declares, before an array is made of it.

    Args:
        where: str. What is read; the errors begin with it.
        proto: `TensorProto`.

    Returns:
        `TensorSpec` without free sizes.

    Raises:
        ValueError: if the dtype is none of numbers or bools, or the shape unknown or of too many
            axes.
    """
    known = BY_NUMBER.get(proto.dtype)
    if known is None:
        raise error(
            where, f"dtype number {proto.dtype}", f"one of {NAMES}", "Send numbers or bools."
        )
    axes = len(proto.tensor_shape.dim)
    # Before their product, which takes seconds of many large ones; nor are they in the message,
    # which has to fit into the head of an answer.
    if axes > MOST_AXES:
        raise error(
            where, f"a shape of {axes} axes", f"at most {MOST_AXES}", "Send a tensor of fewer."
        )
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    if proto.tensor_shape.unknown_rank or any(size < 0 for size in shape):
        raise error(where, f"shape {shape}", "sizes of at least 0", "State the shape in full.")
    return TensorSpec(shape, known.dtype.name)


def read_tensor(where, proto, most_values):
    """Return the array of a `TensorProto`.

    Args:
        where: str. What is read; the errors begin with it.
        proto: `TensorProto`.
        most_values: int. Arrays of more values are refused. A few bytes may declare many values,
            all equal.

    Returns:
        A NumPy array, read-only.

    Raises:
        ValueError: as `declared_spec`; if there are too many values, or not as many as the shape
            says.
    """
    spec = declared_spec(where, proto)
    known, shape, count = BY_NAME[spec.dtype], spec.shape, math.prod(spec.shape)
    if spec.most_values > most_values:
        raise error(
            where,
            f"shape {shape}, which are {count} values",
            f"at most {most_values} values",
            "Send less at once.",
        )
    content, values = proto.tensor_content, getattr(proto, known.field)
    if len(content) == count * known.dtype.itemsize and not values:
        return np.frombuffer(content, known.dtype.newbyteorder("<")).reshape(shape)
    # Few values stand for many: TensorFlow repeats the last.
    if content or not 1 <= len(values) <= count:
        raise error(
            where,
            f"{len(content)} bytes and {len(values)} single values for shape {shape} of "
            f"{known.dtype.name}",
            f"{count * known.dtype.itemsize} bytes of tensor_content, or 1 to {count} values in "
            f"{known.field}",
            "Let the shape and the content agree.",
        )
    array = np.empty(count, known.dtype)
    # One by one: a list of them takes eight times the bytes that came.
    array[: len(values)] = np.fromiter(values, FIELD_DTYPES[known.field], len(values))
    array[len(values) :] = array[len(values) - 1]
    array.flags.writeable = False
    return array.reshape(shape)
