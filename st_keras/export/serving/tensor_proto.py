"""`TensorProto` messages, in which a few bytes may declare many values: looked at before read."""

from st_keras.export.serving.signature import DTYPES, TensorSpec
from st_keras.validation import error

MOST_AXES = 16


def declared_spec(where, proto):
    """Return the shape and dtype that a `TensorProto` declares, before an array is made of it."""
    labels = proto.DESCRIPTOR.fields_by_name["dtype"].enum_type.values_by_number
    label = labels[proto.dtype].name if proto.dtype in labels else None
    if label not in DTYPES:
        names = ", ".join(DTYPES.values())
        raise error(
            where, f"dtype number {proto.dtype}", f"one of {names}", "Send numbers or bools."
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
    return TensorSpec(shape, DTYPES[label])


def read_tensor(where, proto, most_values):
    """Return the array of a `TensorProto`."""
    import tensorflow as tf

    spec = declared_spec(where, proto)
    if spec.most_values > most_values:
        raise error(
            where,
            f"shape {spec.shape}, which are {spec.most_values} values",
            f"at most {most_values} values",
            "Send less at once.",
        )
    try:
        return tf.make_ndarray(proto)
    except (TypeError, ValueError, OverflowError) as reason:
        raise error(
            where,
            f"a content that does not fit shape {spec.shape} of {spec.dtype} ({reason})",
            "the bytes of all values, or 1 to all of them one by one",
            "Let the shape and the content agree.",
        ) from reason
