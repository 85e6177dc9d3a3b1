"""Inputs of a call against the signature of a served model.

The client checks them before anything is sent, the server before anything is computed.
"""

import numpy as np

from st_keras.validation import check_int, error

LONGEST_NAME = 80  # of a name that came, in a message
LARGEST_HORIZON = 2**31 - 1  # an int32
# Of inputs whose sizes the signature leaves free.
AXES = {
    "context": ("B", "T", "H", "W", "C"),
    "frame": ("B", "H", "W", "C"),
    "actions": ("B", "steps", "A"),
    "action": ("B", "A"),
    "known": ("B", "horizon - 1", "H", "W", "K"),
    "images": ("B", "H", "W", "C"),
    "codes": ("B", "L"),
    "values": ("K",),
    "thresholds": ("K",),
}


def find_signature(where, signatures, name):
    """Return the `Signature` of a name, or raise `ValueError` that lists those there are."""
    if name not in signatures:
        raise error(
            where,
            f"a call of the signature {name[:LONGEST_NAME]!r}",
            f"a signature of the served model: {', '.join(signatures)}",
            "Ask the model that has it, or export this one anew.",
        )
    return signatures[name]


def check_names(where, given, signature):
    """Raise `ValueError` unless all inputs of a signature are given and no others."""
    wanted, given = set(signature.inputs), set(given)
    missing, more = sorted(wanted - given), sorted(given - wanted)
    if missing or more:
        came = [f"no {', '.join(missing)}"] if missing else []
        came += [f"unknown inputs {', '.join(more)[:200]}"] if more else []
        raise error(
            where,
            " and ".join(came),
            f"the inputs {', '.join(signature.inputs)}, as the served model says",
            "Pass all of these and no others.",
        )


def sent_array(where, name, value, spec, missing=False):
    """Return an array as a signature wants it.

    Args:
        where, name: str. Who asks, and for which input; an error begins with them.
        value: what was given.
        spec: `TensorSpec`.
        missing: bool. Whether NaN stands for missing values. Default False: it is refused.

    Example:

    >>> from st_keras.export.serving.signature import TensorSpec
    >>> spec = TensorSpec((None, 2), "float32")
    >>> sent_array("example", "codes", np.array([[0, 255]], "uint8"), spec)
    array([[  0., 255.]], dtype=float32)
    """
    given = _as_array(value)
    if given.dtype.kind not in "biuf":
        kind = f"of dtype {given.dtype}" if given.dtype.kind != "O" else "that is no array"
        raise error(
            where,
            f"{name} {kind}",
            "an array of bools, ints or floats",
            "Pass a NumPy array of numbers.",
        )
    if not spec.accepts(given.shape):
        raise error(
            where,
            f"{name} of shape {given.shape}",
            f"shape {shape_text(name, spec.shape)}, as the served model says",
            "Add or remove axes, or ask the model that was made for such inputs.",
        )
    if spec.dtype == "other":
        raise error(
            where,
            f"{name}, whose dtype is none of numbers or bools in the served model",
            "signatures of numbers and bools",
            "Ask this model with TensorFlow Serving's own client.",
        )
    wanted = np.dtype(spec.dtype)
    if wanted.kind == "f":
        with np.errstate(over="ignore"):
            array = np.ascontiguousarray(given, wanted).reshape(given.shape)
        wrong = np.isinf(array) if missing else ~np.isfinite(array)
        if wrong.any():
            raise error(
                where,
                f"{name} with {int(wrong.sum())} values that are "
                f"{'' if missing else 'NaN, '}infinite or beyond {wanted}",
                "finite numbers, or NaN where there is no data" if missing else "finite numbers",
                "Send NaN where there is no data."
                if missing
                else "Fill gaps with a value the network was trained on.",
            )
        return array
    with np.errstate(invalid="ignore"):
        array = np.ascontiguousarray(given, wanted).reshape(given.shape)
    if not np.array_equal(array, given):
        raise error(where, f"{name} with other values", f"{wanted} values", "Round them yourself.")
    return array


def sent_horizon(where, horizon):
    """Return a horizon of at least 1 that an int32 holds, or raise `ValueError`."""
    horizon = check_int(where, "horizon", horizon, 1)
    if horizon > LARGEST_HORIZON:
        raise error(
            where, f"horizon={horizon}", f"at most {LARGEST_HORIZON}", "Ask for fewer frames."
        )
    return horizon


def shape_of(value):
    """Return the shape of what can be an array, of anything else ()."""
    return _as_array(value).shape


def shape_text(name, shape):
    """Return the shape of an input, with names for the sizes that are free.

    >>> shape_text("frame", (None, 64, 64, 1)), shape_text("else", (None, 2))
    ('(B, 64, 64, 1)', '(any, 2)')
    """
    if shape is None:
        return "of any rank"
    axes = AXES.get(name, ())
    axes = axes if len(axes) == len(shape) else ["any"] * len(shape)
    sizes = [axis if n is None else str(n) for axis, n in zip(axes, shape, strict=True)]
    return "(" + ", ".join(sizes) + ("," if len(sizes) == 1 else "") + ")"


def _as_array(value):
    try:
        return np.asarray(value)
    except ValueError:  # lists of unequal lengths
        return np.empty((), object)
