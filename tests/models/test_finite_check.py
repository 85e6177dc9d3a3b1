import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.finite_check import finite_check
from st_keras.models.graph_refusal import refusal_in


def received(samples, loss=1.0, gradients=(), names=()):
    """The message about these, or None."""

    @tf.function
    def check():
        finite_check(
            tf.constant(samples, tf.float32),
            tf.constant(loss),
            [tf.constant(gradient) for gradient in gradients],
            list(names),
            tf.constant(41),
        )

    try:
        check()
    except tf.errors.InvalidArgumentError as failure:
        return str(refusal_in(failure))
    return None


def test_finite():
    assert received([[1.0], [2.0]], 1.0, [[1.0]], ["kernel"]) is None
    assert received([[1.0], [2.0]]) is None


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf], ids=str)
def test_the_first_in_the_order_of_computation_is_named(value):
    gradients, names = [[1.0, 2.0], [value], [value]], ["a/kernel", "b/kernel", "c/kernel"]
    assert "of b/kernel, in batch 41" in received([[1.0]], 1.0, gradients, names)
    text = received([[1.0]], value, gradients, names)
    assert "a loss that is NaN or infinite, in batch 41" in text
    text = received([[1.0], [0.0], [value], [value]], value, gradients, names)
    assert "received sample 2 of batch 41, an input that holds NaN or infinity." in text
