"""Refusals that a graph finds out while it runs, as errors for the user."""

import re

from st_keras.validation import InputError, error

_BEGIN, _END = "<st_keras refuses>", "</st_keras refuses>"
_HOLE = "\0"


def refuse_unless(condition, where, received, required, action):
    """Return an operation that fails unless `condition` holds.

    Compiled by XLA it checks nothing.

    Args:
        condition: bool scalar tensor.
        where, received, required, action: str or scalar string tensors, as for
            `st_keras.validation.error`.

    Returns:
        A `tf.Operation`, or None when run eagerly. It raises `InvalidArgumentError`, which
        `refusal_in` turns into the error for the user.
    """
    import tensorflow as tf

    # The text of the error, with a hole for each part.
    between = str(error(*4 * [_HOLE])).split(_HOLE)
    parts = (where, received, required, action)
    pieces = [piece for pair in zip(between, (*parts, ""), strict=True) for piece in pair]
    return tf.debugging.Assert(condition, [_BEGIN, tf.strings.join(pieces), _END], summarize=3)


def refusal_in(failure):
    """Return the error for the user, or None if `failure` is another one.

    Args:
        failure: an exception raised by a graph.

    Example:

    >>> refusal_in(ValueError("something else")) is None
    True
    """
    text = str(failure)
    if _BEGIN not in text:
        return None
    said = text.split(_BEGIN, 1)[1].split(_END, 1)[0]
    # TensorFlow prints a string as [text] in a graph, and as b'text' outside of one, with escapes.
    (said,) = re.fullmatch(
        r"""['"\]]\s*(?:\[|b['"])(.*)['"\]]\s*(?:\[|b['"])""", said, re.DOTALL
    ).groups()
    return InputError(said.encode("latin1").decode("unicode_escape").encode("latin1").decode())
