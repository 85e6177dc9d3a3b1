import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from st_keras.gradients.remat_call import remat_call
from tests.tiny import random_frames


def two(tensors):
    x, y = tensors
    return [ops.tanh(x) * y, ops.exp(y)]


@pytest.mark.parametrize("traced", [False, True], ids=["eager", "traced"])
def test_values_and_gradients_are_those_of_the_function(traced):
    x, y = (tf.constant(random_frames(2, 3, seed=seed)) for seed in range(2))

    def run(function):
        with tf.GradientTape() as tape:
            tape.watch([x, y])
            product, power = function([x, y])
            loss = tf.reduce_sum(product**2) + tf.reduce_sum(power)
        return [product, power, *tape.gradient(loss, [x, y])]

    ours = tf.function(run, autograph=False) if traced else run
    for one, other in zip(ours(lambda each: remat_call(two, each)), run(two), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_the_function_runs_again_for_the_gradient():
    calls = []
    x = tf.constant(1.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        (y,) = remat_call(lambda tensors: calls.append(1) or [tensors[0] ** 2], [x])
    assert len(calls) == 1
    assert float(tape.gradient(y, x)) == 2.0
    assert len(calls) == 2


def test_nested_arguments_and_results():
    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = remat_call(lambda a: {"y": (a["x"] * a["z"][0], a["x"])}, {"x": x, "z": [x]})
    assert float(found["y"][1]) == 3.0
    assert float(tape.gradient(found["y"][0], x)) == 6.0


def test_an_unused_tensor_has_the_gradient_zero():
    x, y = tf.constant(1.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        (z,) = remat_call(lambda tensors: [tensors[0] ** 2], [x, y])
    assert [float(gradient) for gradient in tape.gradient(z, [x, y])] == [2.0, 0.0]


def test_elsewhere_it_is_keras_remat(monkeypatch):
    seen = []
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(keras, "remat", lambda f: seen.append(f) or f)
    assert float(remat_call(lambda tensors: [tensors[0] + 1.0], [2.0])[0]) == 3.0
    assert len(seen) == 1
