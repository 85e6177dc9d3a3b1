"""Assertions inside a served graph: what came, what is required, what to do."""

import tensorflow as tf

from st_keras.validation import error


def check(condition, where, received, required, action, *values):
    """Return an assertion with the package's three-part message.

    Args:
        condition: boolean scalar tensor.
        where: str, the signature.
        received: str, with one {} for each of `values`.
        required, action: str, without braces.
        *values: tensors to show.
    """
    message = str(error(where, received, required, action))
    # Formatted at every call, which takes microseconds: the graph has no other way to tell numbers.
    return tf.debugging.Assert(condition, [tf.strings.format(message, list(values))])


def check_at_least_one(where, name, value, action):
    """Assert that an int32 scalar is at least 1."""
    required = f"a {name} of at least 1"
    return check(value >= 1, where, f"a {name} of {{}}", required, action, value)


def check_finite(where, name, tensor, action):
    """Assert that a tensor holds neither NaN nor infinity."""
    wrong = count_true(~tf.math.is_finite(tensor))
    received = f"{name} with {{}} NaN or infinite values"
    return check(wrong == 0, where, received, "finite values", action, wrong)


def check_values(where, name, tensor, action, missing):
    """Assert that a tensor holds no infinity, and NaN only where that means a missing value.

    Args:
        where, name, tensor, action: as of `check_finite`.
        missing: "refuse" or "mask".
    """
    if missing == "refuse":
        return check_finite(where, name, tensor, action)
    wrong = count_true(tf.math.is_inf(tensor))
    required = "finite values, and NaN where there is no data"
    return check(wrong == 0, where, f"{name} with {{}} infinite values", required, action, wrong)


def count_true(condition):
    """Return how many entries of a boolean tensor are true, an int32 scalar."""
    return tf.reduce_sum(tf.cast(condition, tf.int32))


def check_shape(where, name, tensor, shape, required, action):
    """Assert that a tensor has a shape.

    Args:
        where, name: str.
        tensor: tensor of as many axes.
        shape: sequence of ints and int32 scalars.
        required: str, the shape in words.
        action: str.
    """
    actual, expected = tf.shape(tensor), tf.stack(list(shape))
    received, required = f"{name} of shape {{}}", f"shape {{}}, {required}"
    same = tf.reduce_all(actual == expected)
    return check(same, where, received, required, action, actual, expected)


def check_known_sizes(where, name, tensor, sizes):
    """Assert that a tensor has the sizes that are not None.

    Args:
        where, name: str.
        tensor: tensor of as many axes.
        sizes: list of int or None.
    """
    actual = tf.shape(tensor)
    expected = tf.constant([-1 if size is None else size for size in sizes])
    same = tf.reduce_all((expected < 0) | (actual == expected))
    required = f"shape ({', '.join('?' if size is None else str(size) for size in sizes)})"
    action = "Send what the model was built for."
    return check(same, where, f"{name} of shape {{}}", required, action, actual)


def check_image_size(where, height, width, divisor):
    """Assert that height and width, int32 scalars, are multiples of a divisor, and not 0."""
    checks = []
    for name, size in (("height", height), ("width", width)):
        fits = (size > 0) & (size % divisor == 0)
        required = f"a {name} above 0 and divisible by {divisor}, as the network needs"
        action = f"Crop or pad the {name}."
        checks.append(check(fits, where, f"a {name} of {{}}", required, action, size))
    return checks
