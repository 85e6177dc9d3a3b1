"""A case is computed on the device that was asked for, or not at all."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.gpu.outputs import outputs
from benchmarks.gpu.parity_case import Case


def network():
    made = keras.Sequential([keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    made.build((None, 2))
    return made


def objective(network, first, second):
    predictions = network(first)
    return predictions, keras.ops.sum(predictions * second)


INPUTS = (np.array([[1.0, 2.0]], "float32"), np.array([[3.0]], "float32"))
CASE = types.SimpleNamespace(network=network, inputs=INPUTS, objective=objective)


def test_values():
    found, made = outputs(CASE, "/device:CPU:1")
    np.testing.assert_array_equal(found["forward"], [[3.0]])
    np.testing.assert_array_equal(found["gradients"], [[[3.0], [6.0]]])
    assert found["loss"] == 9.0 and len(made.weights) == 1


def test_given_weights():
    found, _ = outputs(CASE, "/device:CPU:1", [np.array([[2.0], [0.0]], "float32")])
    assert found["loss"] == 6.0


def test_another_device_than_was_asked_for_is_an_error():
    def elsewhere(*given):
        with tf.device("CPU:0"):
            predictions, loss = objective(*given)
            return tf.identity(predictions), loss

    case = types.SimpleNamespace(network=network, inputs=INPUTS, objective=elsewhere)
    with pytest.raises(RuntimeError, match=r"computed on device:CPU:0, and not on device:CPU:1"):
        outputs(case, "/device:CPU:1")


def test_a_forecasting_network_without_decoupling_and_slowvae_have_their_objectives():
    class Forecasting:
        def __call__(self, frames, observed_mask, return_terms, training):
            assert return_terms and training is False
            return frames + observed_mask, {"decoupling": 2.0}

    class Variational:
        def posterior_moments(self, frames):
            return frames, 2 * frames

        def objective_of(self, frames, noise):
            return noise, {}

    frames = keras.ops.ones((1, 3))
    case = Case(None, (), training=False, decoupling_weight=0.5)
    predictions, loss = case.objective(Forecasting(), frames, 1.0)
    assert predictions.shape == (1, 2) and float(loss) == 1.0 + 0.5 * 2.0
    moments, loss = case.objective(Variational(), frames, 3.0)
    assert moments.shape == (1, 6) and loss == 3.0
