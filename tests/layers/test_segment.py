import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import SpatioTemporalLSTMCell, ZigzagStackCell
from st_keras.layers.loop_weights import loop_weights
from st_keras.layers.noted_step import NotedStep
from st_keras.layers.segment import run_segment
from tests.tiny import random_frames

B, K, H, W, C, F = 2, 3, 4, 5, 2, 3


@pytest.fixture
def cell():
    cells = [SpatioTemporalLSTMCell(F, 3, use_bias=True, return_increments=True) for _ in range(2)]
    cell = ZigzagStackCell(cells, decoupling=True)
    cell.build((None, H, W, C))
    return cell


def segment_of(cell, frames, states, remat=False):
    variables, tensors = loop_weights(cell)
    step = NotedStep(cell, variables)
    step.prepare(frames[:, 0], states, tensors)
    return run_segment(step, frames, states, tensors, remat)


def plain_calls(cell, frames, states):
    outputs = []
    for t in range(K):
        output, states = cell(frames[:, t], states)
        outputs.append(output)
    return tf.stack(outputs, axis=1), states


def loss_of(outputs, states):
    return tf.reduce_sum(outputs**2) + sum(tf.reduce_sum(tf.sin(state)) for state in states)


@pytest.mark.parametrize("traced", [False, True], ids=["eager", "traced"])
@pytest.mark.parametrize("remat", [False, True])
def test_values_and_all_gradients_are_those_of_plain_calls(cell, remat, traced):
    frames = tf.constant(random_frames(B, K, H, W, C))
    start = [
        tf.constant(random_frames(*state.shape, seed=i))
        for i, state in enumerate(cell.get_initial_state(B, (H, W), accumulate_decoupling=True))
    ]
    sources = [frames, *start]

    def ours():
        with tf.GradientTape() as tape:
            tape.watch(sources)
            loss = loss_of(*segment_of(cell, frames, start, remat))
        return loss, tape.gradient(loss, [*sources, *[w.value for w in cell.trainable_weights]])

    def plain():
        with tf.GradientTape() as tape:
            tape.watch(sources)
            loss = loss_of(*plain_calls(cell, frames, start))
        return loss, tape.gradient(loss, [*sources, *[w.value for w in cell.trainable_weights]])

    loss, gradients = (tf.function(ours) if traced else ours)()
    expected_loss, expected = plain()
    np.testing.assert_allclose(loss, expected_loss, rtol=1e-6)
    for one, other in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("joined", [False, True])
def test_one_product_for_the_kernel_gradients_of_all_steps(cell, joined):
    if joined:
        cells = [SpatioTemporalLSTMCell(F, 3, return_increments=True) for _ in range(2)]
        cell = ZigzagStackCell(cells, decoupling=True)
        cell.build((None, H, W, C))
    frames = tf.constant(random_frames(B, K, H, W, C))

    @tf.function
    def gradients():
        states = cell.get_initial_state(B, (H, W), accumulate_decoupling=True)
        with tf.GradientTape() as tape:
            loss = loss_of(*segment_of(cell, frames, states))
        return tape.gradient(loss, [w.value for w in cell.trainable_weights])

    operations = [op.type for op in gradients.get_concrete_function().graph.get_operations()]
    # Five convolutions per cell, three of them joined to two, and the adapter that all share.
    assert operations.count("Conv2DBackpropFilter") == 2 * (4 if joined else 5) + 1


def test_no_gradient_of_the_gradient(cell):
    frames = tf.constant(random_frames(B, K, H, W, C))

    def second():
        with tf.GradientTape() as outer:
            outer.watch(frames)
            with tf.GradientTape() as tape:
                tape.watch(frames)
                states = cell.get_initial_state(B, (H, W), accumulate_decoupling=True)
                loss = loss_of(*segment_of(cell, frames, states))
            norm = tf.reduce_sum(tape.gradient(loss, frames) ** 2)
        return outer.gradient(norm, frames)

    with pytest.raises(LookupError, match="training=False where you need one of second order"):
        second()


@pytest.mark.parametrize("remat", [False, True])
def test_gradients_of_several_losses(cell, remat):
    frames = tf.constant(random_frames(B, K, H, W, C))
    states = cell.get_initial_state(B, (H, W), accumulate_decoupling=True)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(frames)
        outputs, _ = segment_of(cell, frames, states, remat)
        losses = [tf.reduce_sum(outputs**2), 2 * tf.reduce_sum(outputs**2)]
    one, other = (tape.gradient(loss, frames) for loss in losses)
    np.testing.assert_allclose(2 * one, other, rtol=1e-5)
