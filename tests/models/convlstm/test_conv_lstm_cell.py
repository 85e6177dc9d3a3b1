import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import ConvLSTMCell
from st_keras.layers import SpatioTemporalRNN
from tests.tiny import random_frames


@pytest.mark.parametrize("kernel_size", [3, (3, 5)])
def test_equals_keras_conv_lstm(kernel_size):
    frames = random_frames(2, 4, 6, 5, 2)
    theirs = keras.layers.ConvLSTM2D(
        3,
        kernel_size,
        padding="same",
        recurrent_activation="sigmoid",
        return_sequences=True,
        unit_forget_bias=False,
    )
    theirs.build(frames.shape)
    for k, weight in enumerate(theirs.weights):
        weight.assign(np.random.default_rng(k).normal(size=weight.shape) * 0.3)
    ours = SpatioTemporalRNN(ConvLSTMCell(3, kernel_size, forget_bias=0.0), return_sequences=True)
    ours.build(frames.shape)
    kernel, recurrent, bias = (w.numpy() for w in theirs.weights)
    ours.cell.gates.set_weights([np.concatenate([kernel, recurrent], axis=2), bias])
    error = np.abs(ours(frames) - theirs(frames)).max()
    print(f"kernel {kernel_size}: within {error:.1e} of keras.layers.ConvLSTM2D")
    assert error < 1e-6


def test_forget_bias_acts_on_the_forget_gate_alone():
    cell = ConvLSTMCell(1, 1, forget_bias=0.7)
    cell.build((None, 1, 1, 1))
    for weight in cell.weights:
        weight.assign(tf.zeros_like(weight.value))
    one = np.ones((1, 1, 1, 1), "float32")
    h, (_, c) = cell(one, [one, 2 * one])
    forget = 1 / (1 + np.exp(-0.7))
    np.testing.assert_allclose(c, 2 * forget * one, rtol=1e-6)
    np.testing.assert_allclose(h, 0.5 * np.tanh(2 * forget) * one, rtol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_memory_stays_in_float32(policy):
    cell = ConvLSTMCell(2, 3, dtype=policy)
    cell.build((None, 4, 4, 1))
    h, (_, c) = cell(random_frames(1, 4, 4, 1), cell.get_initial_state(1))
    assert h.dtype == cell.compute_dtype
    assert c.dtype == "float32"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": 0}, r"ConvLSTMCell: received filters=0"),
        ({"filters": 2, "kernel_size": 4}, r"ConvLSTMCell: received kernel_size=4.*odd"),
        ({"filters": 2, "forget_bias": "no"}, r"ConvLSTMCell: received forget_bias='no'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConvLSTMCell(**arguments)
