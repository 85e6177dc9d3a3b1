import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import gated_memory as module
from st_keras.cells.gated_memory import gated_memory
from tests.tiny import random_frames

SHAPE = (2, 3, 4, 5)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def inputs(dtype="float32"):
    memory, *gates = (tf.constant(random_frames(*SHAPE, seed=seed) - 0.5) for seed in range(4))
    return [memory, *(tf.cast(3 * gate, dtype) for gate in gates)]


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_is_its_equations(dtype):
    tensors = inputs(dtype)
    memory, i, f, g = (tf.cast(x, "float64").numpy() for x in tensors)
    updated, increment = gated_memory(*tensors, 1.0)
    assert updated.dtype == increment.dtype == tf.float32
    np.testing.assert_allclose(increment, sigmoid(i) * np.tanh(g), atol=1e-6)
    expected = sigmoid(f + 1) * memory + sigmoid(i) * np.tanh(g)
    np.testing.assert_allclose(updated, expected, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("traced", [False, True], ids=["eager", "traced"])
def test_gradients_are_those_of_plain_arithmetic(dtype, traced, monkeypatch):
    def gradients(tensors):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            updated, increment = gated_memory(*tensors, 1.0)
            loss = tf.reduce_sum(updated**2) + tf.reduce_sum(tf.sin(increment))
        return tape.gradient(loss, tensors)

    ours = (tf.function(gradients) if traced else gradients)(inputs(dtype))
    monkeypatch.setattr(module, "remat_call", lambda function, arguments: function(arguments))
    for one, other in zip(ours, gradients(inputs(dtype)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype, again", [("float32", False), ("bfloat16", True)])
def test_what_is_narrow_is_computed_again(dtype, again, monkeypatch):
    calls = []
    update = module.memory_update
    monkeypatch.setattr(module, "memory_update", lambda *a: calls.append(1) or update(*a))
    tensors = inputs(dtype)
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        loss = tf.reduce_sum(gated_memory(*tensors, 1.0)[0])
    tape.gradient(loss, tensors)
    assert len(calls) == 1 + again
