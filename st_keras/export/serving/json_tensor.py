"""NumPy arrays as nested lists of JSON and back, float32 exactly."""

import numpy as np

from st_keras.validation import error

DIGITS = "%.9g"  # of a float32, which they tell from all others
PIECE = 1 << 16  # values that are written at once


def json_of_array(array):
    """Return the text of an array: nested lists with 9 significant digits.

    Numbers that are not finite become NaN, Infinity and -Infinity: not JSON, but what TF Serving
    writes and Python reads.

    Example:

    >>> json_of_array(np.array([[0.1, 2.0]], "float32"))
    '[[0.100000001,2]]'
    """
    return "".join(json_pieces(array))


def json_pieces(array):
    """Yield the text of `json_of_array` in pieces of some 65,536 values.

    Of each value the piece takes ten times the memory of its text while it is made.

    Example:

    >>> len(list(json_pieces(np.zeros((3, 50_000), "float32"))))
    7
    """
    if array.size <= PIECE or not array.ndim:
        yield _text(array)
        return
    rows = max(1, PIECE // (array.size // len(array)))
    yield "["
    for start in range(0, len(array), rows):
        if start:
            yield ","
        piece = array[start : start + rows]
        if piece.size <= PIECE:
            yield _text(piece)[1:-1]
        else:  # a single row
            yield from json_pieces(piece[0])
    yield "]"


def _text(array):
    text = DIGITS if array.dtype.kind == "f" else "%d"
    for size in reversed(array.shape):
        text = "[" + ",".join([text] * size) + "]"
    text %= tuple(array.ravel().tolist())
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        text = text.replace("nan", "NaN").replace("inf", "Infinity")
    return text


def numbers_of_json(where, name, value):
    """Return what `json.loads` made of a tensor as a float64 array; null is NaN.

    Example:

    >>> numbers_of_json("example", "codes", [[1, 2.5]])
    array([[1. , 2.5]])
    """
    try:
        # Never by a dtype that NumPy would choose: texts become large, objects may be anything.
        return np.asarray(value, "float64")
    except (TypeError, ValueError, OverflowError) as reason:
        raise error(
            where,
            f"{name} that is no array of numbers",
            "a number, or nested lists of equal lengths that hold numbers alone",
            "Send the tensor as nested lists.",
        ) from reason
