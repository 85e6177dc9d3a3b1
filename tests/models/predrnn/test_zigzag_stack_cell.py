import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import SpatioTemporalLSTMCell, ZigzagStackCell
from tests.models.predrnn.numpy_cells import (
    apart,
    assign_apart,
    decoupling,
    st_lstm_step,
    weights_of,
)

B, H, W, C, F = 2, 4, 5, 3, 3


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def build_stack(layers=2, decoupling=True):
    cells = [SpatioTemporalLSTMCell(F, 3, return_increments=decoupling) for _ in range(layers)]
    stack = ZigzagStackCell(cells, decoupling=decoupling)
    stack.build((None, H, W, C))
    return stack


def random_states(layers=2, seed=1):
    return list(normal(2 * layers + 1, B, H, W, F, seed=seed))


def numpy_step(stack, x, states):
    """The stack layer by layer: (states, [(delta_c, delta_m) per layer])."""
    *layer_states, m = states
    new, increments = [], []
    for k, cell in enumerate(stack.cells):
        step = st_lstm_step(weights_of(cell), x, layer_states[2 * k], layer_states[2 * k + 1], m)
        new += [step["h"], step["c"]]
        increments.append((step["delta_c"], step["delta_m"]))
        x, m = step["h"], step["m"]
    return [*new, m], increments


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_two_steps_equal_numpy_layer_by_layer(layers):
    stack = build_stack(layers)
    ours = theirs = random_states(layers)
    for t in range(2):
        x = normal(B, H, W, C, seed=20 + t)
        output, ours = stack(x, ours)
        theirs, _ = numpy_step(stack, x, theirs)
    error = max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))
    print(f"{layers} layers, two steps: within {error:.1e} of NumPy")
    assert error < 5e-6
    np.testing.assert_array_equal(output, ours[-3])  # h of the top layer


def test_top_memory_reaches_the_bottom_layer_one_step_later():
    """Change the m that the top layer produces at t, and only that."""
    stack = build_stack()
    x, states = normal(B, H, W, C), random_states()
    _, before = stack(x, states)
    top = stack.cells[1]
    assign_apart(top, {"memory": 2 * apart(top)["memory"]})  # acts on m in the top layer alone
    _, after = stack(x, states)
    h1, c1, _, c2, m = range(5)
    for bottom in (h1, c1):  # at t nothing of it is seen below
        np.testing.assert_array_equal(before[bottom], after[bottom])
    assert np.abs(before[m] - after[m]).max() > 1e-3
    np.testing.assert_array_equal(before[c2], after[c2])  # c does not see m
    # At t+1 the bottom layer sees it; hold everything else equal.
    _, next_before = stack(x, before)
    _, next_after = stack(x, [*before[:4], after[m]])
    np.testing.assert_array_equal(next_before[c1], next_after[c1])
    assert np.abs(next_before[h1] - next_after[h1]).max() > 1e-4


def test_decoupling_equals_numpy():
    stack = build_stack(3)
    x, states = normal(B, H, W, C), random_states(3)
    (_, terms), _ = stack(x, states, return_terms=True)
    _, increments = numpy_step(stack, x, states)
    adapter = stack.adapter.kernel.numpy()
    expected = np.stack([decoupling(adapter, *deltas) for deltas in increments], axis=-1)
    error = np.abs(terms["decoupling"] - expected).max()
    print(f"decoupling within {error:.1e} of NumPy")
    assert error < 1e-5
    assert terms["decoupling"].dtype == "float32"


@pytest.mark.parametrize("decoupling", [True, False])
def test_measuring_changes_nothing_else(decoupling):
    stack = build_stack(decoupling=decoupling)
    x, states = normal(B, H, W, C), random_states()
    h, without = stack(x, states)
    (same, terms), with_it = stack(x, states, return_terms=True)
    assert list(terms) == (["decoupling"] if decoupling else [])
    for a, b in zip([h, *without], [same, *with_it], strict=True):
        np.testing.assert_array_equal(a, b)


def test_decoupling_trains_adapter_and_cells():
    stack = build_stack()
    with tf.GradientTape() as tape:
        (_, terms), _ = stack(normal(B, H, W, C), random_states(), return_terms=True)
        term = tf.reduce_mean(terms["decoupling"])
    reached = {}
    for weight in stack.trainable_weights:
        reached[weight.path] = weight
    gradients = tape.gradient(term, [w.value for w in reached.values()])
    size = {
        path: 0.0 if gradient is None else float(np.abs(gradient).max())
        for path, gradient in zip(reached, gradients, strict=True)
    }
    # The gates that make increments, in both layers, and the adapter; not o, which comes after.
    for part in ("adapter", "spatiotemporal", "/temporal"):
        found = [value for path, value in size.items() if part in path]
        assert len(found) == (1 if part == "adapter" else 2)
        assert min(found) > 1e-6, size


def test_parameters():
    per_cell = 9 * F * (7 * C + 4 * F + 3 * F + 2 * F) + 2 * F * F  # C == F
    assert build_stack(2, decoupling=False).count_params() == 2 * per_cell
    assert build_stack(2, decoupling=True).count_params() == 2 * per_cell + F * F


def test_initial_states():
    states = build_stack().get_initial_state(B, (6, 7))
    assert [tuple(s.shape) for s in states] == [(B, 6, 7, F)] * 5
    assert len(build_stack().get_initial_state(B)) == 5


def test_errors():
    with pytest.raises(ValueError, match=r"an empty list of cells.*at least one cell"):
        ZigzagStackCell([])
    with pytest.raises(ValueError, match=r"filters \[2, 3\].*equal filters"):
        ZigzagStackCell([SpatioTemporalLSTMCell(2), SpatioTemporalLSTMCell(3)])
    with pytest.raises(ValueError, match=r"decoupling=True.*\[False\].*return_increments=True"):
        ZigzagStackCell([SpatioTemporalLSTMCell(2)], decoupling=True)
    with pytest.raises(ValueError, match=r"decoupling=False.*\[True\].*return_increments=False"):
        ZigzagStackCell([SpatioTemporalLSTMCell(2, return_increments=True)])
