import numpy as np
import tensorflow as tf

from st_keras.cells import ConvLSTMCell
from st_keras.layers.kernel_gradients import KernelGradients
from st_keras.layers.loop_weights import loop_weights
from st_keras.layers.noted_step import NotedStep
from tests.tiny import random_frames

B, K, H, W, C, F = 2, 3, 4, 5, 2, 3


def run(steps_of_loss):
    """The gradients of both kernels, ours and plain, of a loss of the first steps alone."""
    cell = ConvLSTMCell(F, 3)
    cell.build((None, H, W, C))
    kernel_values = [w.value for w in cell.trainable_weights if "kernel" in w.path]
    assert len(kernel_values) == 2
    frames = tf.constant(random_frames(B, K, H, W, C))
    start = cell.get_initial_state(B, (H, W))

    def loss(outputs):
        return tf.reduce_sum(tf.stack(outputs[:steps_of_loss]) ** 2)

    @tf.function(autograph=False)
    def ours():
        with tf.GradientTape() as tape:
            variables, tensors = loop_weights(cell)
            step = NotedStep(cell, variables)
            step.prepare(frames[:, 0], start, tensors)
            kernels = KernelGradients(step, tensors, K)
            assert [len(slots) for slots in kernels.slots] == [len(step.layers)] * K
            states, outputs = start, []
            for t in range(K):
                output, states, inputs = step(frames[:, t], states, tensors, kernels.slots[t])
                kernels.inputs.append(inputs)
                outputs.append(output[0])
            value = loss(outputs)
        return tape.gradient(value, kernel_values)

    with tf.GradientTape() as tape:
        states, outputs = start, []
        for t in range(K):
            output, states = cell(frames[:, t], states)
            outputs.append(output)
        value = loss(outputs)
    return ours(), tape.gradient(value, kernel_values)


def test_one_product_is_the_sum_over_steps():
    for one, other in zip(*run(K), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_steps_without_influence_on_the_loss_are_left_out():
    for one, other in zip(*run(1), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
