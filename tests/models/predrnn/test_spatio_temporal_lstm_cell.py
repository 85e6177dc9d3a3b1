import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import SpatioTemporalLSTMCell
from tests.models.predrnn.numpy_cells import (
    apart,
    assign_apart,
    randomize_norms,
    sigmoid,
    st_lstm_step,
    weights_of,
)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("layer_norm", [False, True])
@pytest.mark.parametrize("kernel_size", [1, 3, (3, 5)])
def test_step_equals_numpy(kernel_size, layer_norm, compiled):
    cell = SpatioTemporalLSTMCell(
        3, kernel_size, layer_norm=layer_norm, forget_bias=0.7, return_increments=True
    )
    cell.build((None, 6, 5, 2))
    randomize_norms(cell)
    x, (h, c, m) = normal(2, 6, 5, 2), normal(3, 2, 6, 5, 3, seed=1)
    call = tf.function(cell) if compiled else cell
    (output, delta_c, delta_m), (h_new, c_new, m_new) = call(x, [h, c, m])
    expected = st_lstm_step(weights_of(cell), x, h, c, m, forget_bias=0.7)
    ours = {"h": h_new, "c": c_new, "m": m_new, "delta_c": delta_c, "delta_m": delta_m}
    errors = {name: float(np.abs(ours[name] - expected[name]).max()) for name in ours}
    print(f"k={kernel_size} layer_norm={layer_norm}:", {n: f"{e:.1e}" for n, e in errors.items()})
    assert max(errors.values()) < 5e-6
    np.testing.assert_array_equal(output, h_new)


def test_return_increments_changes_nothing_else():
    cells = [SpatioTemporalLSTMCell(3, 3, return_increments=flag) for flag in (False, True)]
    for cell in cells:
        cell.build((None, 4, 4, 1))
    cells[1].set_weights(cells[0].get_weights())
    x, states = normal(1, 4, 4, 1), list(normal(3, 1, 4, 4, 3, seed=1))
    (plain, plain_states), (more, more_states) = (cell(x, states) for cell in cells)
    np.testing.assert_array_equal(plain, more[0])
    for a, b in zip(plain_states, more_states, strict=True):
        np.testing.assert_array_equal(a, b)


GATES = {
    "input": ["i", "f", "g", "i_", "f_", "g_", "o"],
    "recurrent": ["i", "f", "g", "o"],
    "memory": ["i_", "f_", "g_"],
    "output": ["o"],
}


@pytest.mark.parametrize(
    "conv, index, gate", [(c, k, g) for c, gates in GATES.items() for k, g in enumerate(gates)]
)
def test_gate_order(conv, index, gate):
    """One slice of one kernel drives its gate to 1; all other gates stay as they were."""
    cell = SpatioTemporalLSTMCell(1, 1, return_increments=True)
    cell.build((None, 1, 1, 1))
    for weight in cell.weights:
        weight.assign(tf.zeros_like(weight.value))
    pre = {"i": 0.1, "f": 0.2, "g": 0.3, "i_": 0.4, "f_": 0.5, "g_": 0.6, "o": 0.7}
    assign_apart(cell, {"input": np.reshape(list(pre.values()), (1, 1, 1, 7))})
    cell.fusion_conv.kernel.assign(np.reshape([0.5, 0.25], (1, 1, 2, 1)))
    if conv == "output":
        cell.output_conv.kernel.assign(np.full((1, 1, 2, 1), 100.0))
    else:
        changed = apart(cell)[conv]
        changed[..., index] = 100.0
        assign_apart(cell, {conv: changed})

    gates = {n: np.tanh(v) if n[0] == "g" else sigmoid(v + (n[0] == "f")) for n, v in pre.items()}
    gates[gate] = 1.0
    delta_c, delta_m = gates["i"] * gates["g"], gates["i_"] * gates["g_"]
    c, m = gates["f"] * 2 + delta_c, gates["f_"] * 3 + delta_m
    h = gates["o"] * np.tanh(0.5 * c + 0.25 * m)

    ones = np.ones((1, 1, 1, 1), "float32")
    output, states = cell(ones, [ones, 2 * ones, 3 * ones])
    ours = [float(np.squeeze(value)) for value in (*output[1:], *states)]
    np.testing.assert_allclose(ours, [delta_c, delta_m, h, c, m], rtol=1e-5)


def test_initial_weights_are_the_published_ones():
    cell = SpatioTemporalLSTMCell(16, 3)
    cell.build((None, 8, 8, 4))
    kernels = {**apart(cell), "output": cell.output_conv.kernel.numpy()}
    for kernel in kernels.values():
        limit = 1 / np.sqrt(np.prod(kernel.shape[:3]))
        assert np.abs(kernel).max() <= limit
        assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.05)
    # Each kernel has a draw of its own.
    assert len({kernel[0, 0, 0, 0] for kernel in kernels.values()}) == 4


def test_two_cells_start_differently_even_with_one_initializer_object():
    initializer = keras.initializers.GlorotUniform()
    cells = [SpatioTemporalLSTMCell(2, 1, kernel_initializer=initializer) for _ in range(2)]
    for cell in cells:
        cell.build((None, 2, 2, 1))
    first, second = (cell.gates.temporal.kernel.numpy() for cell in cells)
    assert not np.array_equal(first, second)


def test_biases():
    cell = SpatioTemporalLSTMCell(2, 3, use_bias=True)
    cell.build((None, 4, 4, 1))
    assert sum("bias" in w.path for w in cell.weights) == 2 + 2
    plain = SpatioTemporalLSTMCell(2, 3)
    plain.build((None, 4, 4, 1))
    assert not any("bias" in w.path for w in plain.weights)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_states_keep_their_dtype_in_mixed_precision(policy):
    cell = SpatioTemporalLSTMCell(2, 3, dtype=policy)
    cell.build((None, 4, 4, 1))
    h, c, m = cell.get_initial_state(2)
    assert [s.dtype.name for s in (h, c, m)] == [policy[6:], "float32", "float32"]
    output, states = cell(tf.ones((2, 4, 4, 1), policy[6:]), [h, c, m])
    assert output.dtype.name == policy[6:]
    assert [s.dtype.name for s in states] == [policy[6:], "float32", "float32"]
    assert {w.dtype for w in cell.weights} == {"float32"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": 0}, r"filters=0.*at least 1"),
        ({"filters": 2.5}, r"filters=2\.5.*an int"),
        ({"kernel_size": 4}, r"kernel_size=4.*odd sizes"),
        ({"kernel_size": (3, 2)}, r"kernel_size=\(3, 2\).*odd sizes"),
        ({"kernel_size": (3, 3, 3)}, r"kernel_size=\(3, 3, 3\).*pair of odd ints"),
        ({"kernel_size": 0}, r"kernel_size=0.*at least 1"),
        ({"forget_bias": float("nan")}, r"forget_bias=nan.*finite"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=f"SpatioTemporalLSTMCell: received {message}"):
        SpatioTemporalLSTMCell(**{"filters": 2, **arguments})


def test_build_errors():
    with pytest.raises(ValueError, match=r"rank 5.*axes \(B, H, W, C\)"):
        SpatioTemporalLSTMCell(2).build((None, 3, 4, 4, 1))
    with pytest.raises(ValueError, match=r"layer_norm=True with height and width \(None, 4\)"):
        SpatioTemporalLSTMCell(2, layer_norm=True).build((None, None, 4, 1))
