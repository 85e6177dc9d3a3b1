import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.signatures import checks


def refuses(message, assertion, *values):
    """Whether the assertion, in a graph, refuses the values with the message."""
    graph = tf.function(assertion)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        graph(*map(tf.constant, values))


def accepts(assertion, *values):
    tf.function(assertion)(*map(tf.constant, values))


def test_check():
    def below(value, limit):
        checks.check(value < limit, "f", "{} and {}", "less", "Do so.", value, limit)

    accepts(below, 1, 2)
    refuses(r"\[f: received 3 and 2\. Required: less\. Do so\.\]", below, 3, 2)


def test_at_least_one():
    def positive(value):
        checks.check_at_least_one("forecast", "horizon", value, "Pass more.")

    accepts(positive, 1)
    refuses(r"forecast: received a horizon of 0\. Required: a horizon of at least 1", positive, 0)


def test_finite():
    def finite(values):
        checks.check_finite("step", "a frame", values, "Fill it.")

    accepts(finite, np.float32([1, -3e38]))
    values = np.float32([1, np.nan, np.inf])
    refuses(r"step: received a frame with 2 NaN or infinite values\. Required: fin", finite, values)


def test_count_true():
    assert int(checks.count_true(tf.constant([True, False, True]))) == 2


def test_shape():
    def fits(tensor, batch):
        checks.check_shape("step", "state_m", tensor, (batch, 4), "as the frame has it", "Keep it.")

    accepts(fits, np.zeros((2, 4)), 2)
    message = r"received state_m of shape \[2 4\]\. Required: shape \[3 4\], as the frame has it"
    refuses(message, fits, np.zeros((2, 4)), 3)


def test_known_sizes():
    def fits(tensor):
        checks.check_known_sizes("step", "frame", tensor, [None, 4, 1])

    accepts(fits, np.zeros((2, 4, 1)))
    refuses(r"frame of shape \[2 3 1\]\. Required: shape \(\?, 4, 1\)", fits, np.zeros((2, 3, 1)))


@pytest.mark.parametrize("size, name", [((6, 8), "height of 6"), ((8, 0), "width of 0")])
def test_image_size(size, name):
    def divisible(height, width):
        checks.check_image_size("init_state", height, width, 4)

    accepts(divisible, 4, 8)
    message = rf"received a {name}\. Required: .* divisible by 4.*Crop or pad"
    refuses(message, divisible, *size)
