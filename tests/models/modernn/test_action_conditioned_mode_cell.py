import numpy as np
import pytest

from st_keras.cells import ActionConditionedModeCell, ConvLSTMCell, ModeCell, StackCell
from tests.models.modernn.numpy_mode_cell import array, biased, mode_step
from tests.models.predrnn.numpy_cells import layer_norm
from tests.tiny import random_frames

B, H, W, C, A, F = 2, 3, 4, 2, 3, 4


def build(**options):
    cell = ActionConditionedModeCell(F, action_channels=A, num_slots=2, **options)
    cell.build((None, H, W, C + A))
    return cell


@pytest.mark.parametrize("with_norm", [False, True])
def test_what_the_slots_read_is_scaled(with_norm):
    cell = build(layer_norm=with_norm)
    x, a = random_frames(B, H, W, C), random_frames(B, H, W, A, seed=1)
    h, slots = random_frames(B, H, W, F, seed=2), random_frames(B, H, W, F, seed=3)
    scale = biased(cell.action_conv, a)
    if with_norm:
        norm = cell.action_norm
        scale = layer_norm(scale, array(norm.gamma), array(norm.beta))
    # The same cell without actions, reading what is scaled already.
    expected = mode_step(cell, x * scale[..., :C], h * scale[..., C:], slots)
    _, (h_new, slots_new) = cell(np.concatenate([x, a], -1), [h, slots])
    np.testing.assert_allclose(h_new, expected["h"], atol=1e-5)
    np.testing.assert_allclose(slots_new, expected["slots"], atol=1e-5)


def test_a_scale_of_one_is_the_plain_cell():
    cell, plain = build(), ModeCell(F, num_slots=2)
    plain.build((None, H, W, C))
    cell.action_norm.gamma.assign(np.zeros(cell.action_norm.gamma.shape))
    cell.action_norm.beta.assign(np.ones(cell.action_norm.beta.shape))
    own = {id(w) for layer in (cell.action_conv, cell.action_norm) for w in layer.weights}
    shared = [w for w in cell.weights if id(w) not in own]
    for theirs, ours in zip(plain.weights, shared, strict=True):
        theirs.assign(ours)
    x, a = random_frames(B, H, W, C), random_frames(B, H, W, A, seed=1)
    states = plain.get_initial_state(B)
    np.testing.assert_allclose(
        cell(np.concatenate([x, a], -1), states)[0], plain(x, states)[0], atol=1e-6
    )


def test_a_stack_gives_the_action_to_every_layer():
    cells = [ActionConditionedModeCell(F, A, num_slots=2) for _ in range(2)]
    stack = StackCell(cells)
    stack.build((None, H, W, C + A))
    x, a = random_frames(B, H, W, C), random_frames(B, H, W, A, seed=1)
    states = stack.get_initial_state(B)
    h, new = stack(np.concatenate([x, a], -1), states)
    h1, first = cells[0](np.concatenate([x, a], -1), states[:2])
    h2, second = cells[1](np.concatenate([h1, a], -1), states[2:])
    for ours, theirs in zip((h, *new), (h2, *first, *second), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_errors():
    with pytest.raises(ValueError, match=r"3 input channel\(s\) with action_channels=3"):
        ActionConditionedModeCell(F, A).build((None, H, W, A))
    with pytest.raises(ValueError, match=r"received action_channels=0"):
        ActionConditionedModeCell(F, 0)
    with pytest.raises(ValueError, match=r"cells with action_channels \[3, 0\]"):
        StackCell([ActionConditionedModeCell(F, A), ConvLSTMCell(F, 3)])
