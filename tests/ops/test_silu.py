"""`silu` is the function of Keras, gradient and types included."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.ops.silu import silu


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_it_is_the_function_of_keras(dtype):
    x = tf.cast(np.linspace(-8, 8, 33), dtype)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours, theirs = silu(x), keras.activations.silu(x)
    assert ours.dtype == x.dtype
    tolerance = 1e-6 if dtype == "float32" else 0.02
    pairs = (ours, theirs), (tape.gradient(ours, x), tape.gradient(theirs, x))
    for one, other in pairs:
        one, other = tf.cast(one, "float32"), tf.cast(other, "float32")
        np.testing.assert_allclose(one, other, atol=tolerance, rtol=tolerance)
