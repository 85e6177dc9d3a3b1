import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import SpatioTemporalLSTMCell
from st_keras.models.predrnn.action_conditioned_spatio_temporal_lstm_cell import (
    ActionConditionedSpatioTemporalLSTMCell,
)
from tests.models.predrnn.numpy_action_cells import action_st_lstm_step, conv_of, weights_of
from tests.models.predrnn.numpy_cells import assign_apart, randomize_norms, sigmoid


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("layer_norm", [False, True])
@pytest.mark.parametrize("kernel_size", [1, 3, (3, 5)])
def test_step_equals_numpy(kernel_size, layer_norm, compiled):
    cell = ActionConditionedSpatioTemporalLSTMCell(
        3, 4, kernel_size, layer_norm=layer_norm, forget_bias=0.7, return_increments=True
    )
    cell.build((None, 6, 5, 2 + 4))
    randomize_norms(cell)
    x, a, (h, c, m) = normal(2, 6, 5, 2), normal(2, 6, 5, 4, seed=2), normal(3, 2, 6, 5, 3, seed=1)
    call = tf.function(cell) if compiled else cell
    inputs = np.concatenate([x, a], axis=-1)
    (output, delta_c, delta_m), (h_new, c_new, m_new) = call(inputs, [h, c, m])
    expected = action_st_lstm_step(weights_of(cell), x, a, h, c, m, forget_bias=0.7)
    ours = {"h": h_new, "c": c_new, "m": m_new, "delta_c": delta_c, "delta_m": delta_m}
    errors = {name: float(np.abs(ours[name] - expected[name]).max()) for name in ours}
    print(f"k={kernel_size} layer_norm={layer_norm}:", {n: f"{e:.1e}" for n, e in errors.items()})
    assert max(errors.values()) < 5e-6
    np.testing.assert_array_equal(output, h_new)
    assert sum("norm" in w.path for w in cell.weights) == (10 if layer_norm else 0)


def test_an_action_that_says_one_leaves_the_plain_cell():
    """With Wa = 0 and ba = 1 the product is Wh*h, whatever the action."""
    cell = ActionConditionedSpatioTemporalLSTMCell(3, 2, 3)
    plain = SpatioTemporalLSTMCell(3, 3, use_bias=True)
    cell.build((None, 4, 5, 1 + 2))
    plain.build((None, 4, 5, 1))
    says_one = conv_of(cell, "action")
    says_one.kernel.assign(tf.zeros_like(says_one.kernel.value))
    says_one.bias.assign(tf.ones_like(says_one.bias.value))
    for name in ("output_conv", "fusion_conv"):
        getattr(plain, name).set_weights(getattr(cell, name).get_weights())
    names = ("input", "recurrent", "memory")
    assign_apart(plain, {name: conv_of(cell, name).kernel.numpy() for name in names})
    x, h, m = (conv_of(cell, name).bias.numpy() for name in names)
    plain.gates.temporal.bias.assign(np.concatenate([x[:9], x[18:]]) + h)
    plain.gates.spatiotemporal.bias.assign(x[9:18] + m)
    x, a, states = normal(2, 4, 5, 1), normal(2, 4, 5, 2), list(normal(3, 2, 4, 5, 3, seed=1))
    _, conditioned = cell(np.concatenate([x, a], axis=-1), states)
    _, expected = plain(x, states)
    for one, other in zip(conditioned, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_action_moves_c_and_h_and_never_m():
    cell = ActionConditionedSpatioTemporalLSTMCell(3, 2, 3)
    cell.build((None, 4, 5, 1 + 2))
    x, states = normal(2, 4, 5, 1), list(normal(3, 2, 4, 5, 3, seed=1))
    results = [
        cell(np.concatenate([x, normal(2, 4, 5, 2, seed=seed)], axis=-1), states)[1]
        for seed in (8, 9)
    ]
    (h, c, m), (other_h, other_c, other_m) = results
    assert np.abs(h - other_h).max() > 1e-4 and np.abs(c - other_c).max() > 1e-4
    np.testing.assert_array_equal(m, other_m)


@pytest.mark.parametrize("index, gate", [(0, "i"), (1, "f"), (2, "g"), (3, "o")])
def test_gate_order(index, gate):
    """One slice of the action kernel drives its gate to 1; all others stay as they were."""
    cell = ActionConditionedSpatioTemporalLSTMCell(1, 1, 1, return_increments=True)
    cell.build((None, 1, 1, 2))
    for weight in cell.weights:
        weight.assign(tf.zeros_like(weight.value))
    pre = {"i": 0.1, "f": 0.2, "g": 0.3, "i_": 0.4, "f_": 0.5, "g_": 0.6, "o": 0.7}
    cell.gates.input_conv.kernel.assign(np.reshape(list(pre.values()), (1, 1, 1, 7)))
    cell.fusion_conv.kernel.assign(np.reshape([0.5, 0.25], (1, 1, 2, 1)))
    cell.gates.recurrent_conv.kernel.assign(np.ones((1, 1, 1, 4)))
    kernel = np.zeros((1, 1, 1, 4))
    kernel[..., index] = 100.0
    cell.gates.action_conv.kernel.assign(kernel)

    gates = {n: np.tanh(v) if n[0] == "g" else sigmoid(v + (n[0] == "f")) for n, v in pre.items()}
    gates[gate] = 1.0
    delta_c, delta_m = gates["i"] * gates["g"], gates["i_"] * gates["g_"]
    c, m = gates["f"] * 2 + delta_c, gates["f_"] * 3 + delta_m
    h = gates["o"] * np.tanh(0.5 * c + 0.25 * m)

    ones = np.ones((1, 1, 1, 1), "float32")
    output, states = cell(np.ones((1, 1, 1, 2), "float32"), [ones, 2 * ones, 3 * ones])
    ours = [float(np.squeeze(value)) for value in (*output[1:], *states)]
    np.testing.assert_allclose(ours, [delta_c, delta_m, h, c, m], rtol=1e-5)


def test_kernels_and_biases_start_as_published():
    cell = ActionConditionedSpatioTemporalLSTMCell(32, 8, 3)
    cell.build((None, 8, 8, 4 + 8))
    channels = {"input": 4, "recurrent": 32, "action": 8, "memory": 32, "output": 64, "fusion": 64}
    for name, count in channels.items():
        conv = conv_of(cell, name)
        limit = 1 / np.sqrt(np.prod(conv.kernel.shape[:2]) * count)
        assert conv.kernel.shape[2] == count
        for weight in (conv.kernel.numpy(), conv.bias.numpy()):
            assert np.abs(weight).max() <= limit
            assert weight.std() == pytest.approx(limit / np.sqrt(3), rel=0.25)
    assert not any(
        "bias" in w.path
        for w in _built(ActionConditionedSpatioTemporalLSTMCell(2, 1, 3, use_bias=False))
    )


def _built(cell):
    cell.build((None, 4, 4, 1 + cell.action_channels))
    return cell.weights


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_states_keep_their_dtype_in_mixed_precision(policy):
    cell = ActionConditionedSpatioTemporalLSTMCell(2, 1, 3, dtype=policy)
    cell.build((None, 4, 4, 1 + 1))
    states = cell.get_initial_state(2)
    output, new_states = cell(tf.ones((2, 4, 4, 2), policy[6:]), states)
    assert output.dtype.name == policy[6:]
    for each in (states, new_states):
        assert [s.dtype.name for s in each] == [policy[6:], "float32", "float32"]
    assert {w.dtype for w in cell.weights} == {"float32"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"action_channels": 0}, r"action_channels=0.*at least 1"),
        ({"action_channels": 1.5}, r"action_channels=1\.5.*an int"),
        ({"filters": 0}, r"filters=0.*at least 1"),
        ({"kernel_size": 4}, r"kernel_size=4.*odd sizes"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=f"SpatioTemporalLSTMCell: received {message}"):
        ActionConditionedSpatioTemporalLSTMCell(**{"filters": 2, "action_channels": 2, **arguments})


def test_build_errors():
    make = ActionConditionedSpatioTemporalLSTMCell
    with pytest.raises(ValueError, match=r"rank 5.*axes \(B, H, W, C\)"):
        make(2, 1).build((None, 3, 4, 4, 2))
    with pytest.raises(
        ValueError, match=r"2 input channel\(s\) with action_channels=2.*Concatenate"
    ):
        make(2, 2).build((None, 4, 4, 2))
    with pytest.raises(ValueError, match=r"layer_norm=True with height and width \(None, 4\)"):
        make(2, 1, layer_norm=True).build((None, None, 4, 2))
