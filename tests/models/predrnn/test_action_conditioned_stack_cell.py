import keras
import numpy as np
import pytest

from st_keras.cells import SpatioTemporalLSTMCell
from st_keras.models.predrnn.action_conditioned_spatio_temporal_lstm_cell import (
    ActionConditionedSpatioTemporalLSTMCell,
)
from st_keras.models.predrnn.action_conditioned_stack_cell import ActionConditionedStackCell
from tests.models.predrnn.numpy_action_cells import action_st_lstm_step, weights_of
from tests.models.predrnn.numpy_cells import decoupling as numpy_decoupling

B, H, W, C, A, F = 2, 4, 5, 2, 2, 3


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def cell(action_channels=A, filters=F, increments=True):
    return ActionConditionedSpatioTemporalLSTMCell(
        filters, action_channels, 3, return_increments=increments
    )


def build_stack(layers=2, decoupling=True):
    stack = ActionConditionedStackCell(
        [cell(increments=decoupling) for _ in range(layers)], decoupling=decoupling
    )
    stack.build((None, H, W, C + A))
    return stack


def random_states(layers=2):
    return list(normal(2 * layers + 1, B, H, W, F, seed=1))


@pytest.mark.parametrize("layers", [1, 3])
def test_two_steps_equal_numpy_layer_by_layer(layers):
    stack = build_stack(layers)
    ours = theirs = random_states(layers)
    for t in range(2):
        x, a = normal(B, H, W, C, seed=20 + t), normal(B, H, W, A, seed=30 + t)
        inputs = np.concatenate([x, a], -1)
        (output, terms), ours = stack(inputs, ours, return_terms=True)
        expected = np.zeros((B, layers))
        *layer_states, m = theirs
        theirs = []
        for k, layer in enumerate(stack.cells):
            h, c = layer_states[2 * k : 2 * k + 2]
            step = action_st_lstm_step(weights_of(layer), x, a, h, c, m)
            theirs += [step["h"], step["c"]]
            expected[:, k] = numpy_decoupling(
                stack.adapter.kernel.numpy(), step["delta_c"], step["delta_m"]
            )
            x, m = step["h"], step["m"]
        theirs.append(m)
        np.testing.assert_allclose(terms["decoupling"], expected, atol=1e-5)
    error = max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))
    print(f"{layers} layers, two steps: within {error:.1e} of NumPy")
    assert error < 5e-6
    np.testing.assert_array_equal(output, ours[-3])  # h of the top layer


def test_every_layer_reads_the_action_itself():
    """Silence the action in all layers but one: that layer still answers to it."""
    for layer in range(2):
        stack = build_stack(2)
        silent = stack.cells[1 - layer].gates.action_conv.kernel
        silent.assign(np.zeros(silent.shape))
        x, states = normal(B, H, W, C), random_states()
        before, after = (
            stack(np.concatenate([x, normal(B, H, W, A, seed=seed)], -1), states)[1]
            for seed in (8, 9)
        )
        c = 2 * layer + 1
        assert np.abs(before[c] - after[c]).max() > 1e-4
        if layer == 1:  # the layer below is silent: nothing of it moved
            np.testing.assert_array_equal(before[0], after[0])
            np.testing.assert_array_equal(before[1], after[1])


def test_sizes_and_config():
    stack = build_stack(3)
    assert (stack.filters, stack.action_channels) == (F, A)
    assert [layer.gates.input_conv.kernel.shape[2] for layer in stack.cells] == [C, F, F]
    config = keras.saving.serialize_keras_object(stack)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is ActionConditionedStackCell
    assert keras.saving.serialize_keras_object(again)["config"] == config["config"]


def test_errors():
    make = ActionConditionedStackCell
    with pytest.raises(ValueError, match=r"an empty list of cells.*at least one cell"):
        make([])
    with pytest.raises(ValueError, match=r"action_channels \[2, 3\].*take the same action"):
        make([cell(2, increments=False), cell(3, increments=False)])
    with pytest.raises(ValueError, match=r"action_channels \[None\]"):
        make([SpatioTemporalLSTMCell(2)])
    with pytest.raises(ValueError, match=r"filters \[2, 3\].*equal filters"):
        make([cell(filters=2, increments=False), cell(filters=3, increments=False)])
    with pytest.raises(ValueError, match=r"decoupling=True.*\[False\].*return_increments=True"):
        make([cell(increments=False)], decoupling=True)
