import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import SpatioTemporalLSTMCell
from st_keras.layers.loop_weights import loop_weights
from st_keras.layers.noted_step import NotedStep
from tests.tiny import random_frames

B, H, W, C, F = 2, 4, 5, 2, 3


@pytest.fixture
def cell():
    cell = SpatioTemporalLSTMCell(F, 3, use_bias=True, return_increments=True)  # joins nothing
    cell.build((None, H, W, C))
    return cell


def prepared(cell):
    variables, tensors = loop_weights(cell)
    frame, states = tf.constant(random_frames(B, H, W, C)), cell.get_initial_state(B, (H, W))
    step = NotedStep(cell, variables)
    step.prepare(frame, states, tensors)
    return step, frame, states, tensors


@pytest.mark.parametrize("traced", [False, True], ids=["eager", "traced"])
def test_is_the_cell_and_lays_its_convolutions_open(cell, traced):
    step, frame, states, tensors = prepared(cell)
    assert [layer.name for layer in step.layers] == [
        "input_conv",
        "recurrent_conv",
        "memory_conv",
        "output_conv",
        "fusion_conv",
    ]
    run = tf.function(step) if traced else step
    outputs, new_states, inputs = run(frame, states, tensors, step.new_slots())
    expected, expected_states = cell(frame, states)
    for one, other in zip([*outputs, *new_states], [*expected, *expected_states], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    np.testing.assert_array_equal(inputs[0], frame)
    np.testing.assert_array_equal(inputs[1], states[0])
    assert inputs[3].shape == inputs[4].shape == (B, H, W, 2 * F)


def test_a_slot_has_the_gradient_at_the_outputs_of_its_convolution(cell):
    step, frame, states, tensors = prepared(cell)
    with tf.GradientTape(persistent=True) as tape:
        slots = step.new_slots()
        tape.watch([slots, tensors])
        outputs, _, inputs = step(frame, states, tensors, slots)
        loss = tf.reduce_sum(outputs[0] ** 2)
    at_fusion = tape.gradient(loss, slots[4])
    assert at_fusion.shape == (B, H, W, F)
    with tf.GradientTape() as plain:
        loss = tf.reduce_sum(cell(frame, states)[0][0] ** 2)
    expected = plain.gradient(loss, cell.fusion_conv.kernel.value)
    made = tf.einsum("bhwi,bhwo->io", inputs[4], at_fusion)
    np.testing.assert_allclose(made, expected[0, 0], rtol=1e-4, atol=1e-6)
    place = [v is cell.fusion_conv.kernel for v in step.variables].index(True)
    assert tape.gradient(loss, tensors[place]) is None


def test_the_graph_of_a_step_is_made_once(cell):
    step, frame, states, tensors = prepared(cell)
    calls = []
    call = cell.call
    cell.call = lambda *arguments: calls.append(1) or call(*arguments)

    @tf.function
    def many(states):
        for _ in range(5):
            _, states, _ = step(frame, states, tensors, step.new_slots())
        return states

    many.get_concrete_function(states)
    assert len(calls) == 1
