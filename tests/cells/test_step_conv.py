import threading

import keras
import numpy as np
import tensorflow as tf

from st_keras.cells.step_conv import StepConv2D, noted_convolutions
from tests.tiny import random_frames


def built(**kwargs):
    conv = StepConv2D(5, 3, padding="same", **kwargs)
    conv.build((None, 6, 4, 2))
    return conv


def test_is_a_convolution_of_keras():
    conv, x = built(), random_frames(2, 6, 4, 2)
    expected = tf.nn.conv2d(x, conv.kernel.value, 1, "SAME") + conv.bias.value
    np.testing.assert_allclose(conv(x), expected, atol=1e-6)
    assert keras.layers.Conv2D.from_config(conv.get_config()).kernel_size == (3, 3)


def test_noted_calls_have_no_gradient_of_the_kernel_and_all_that_makes_one():
    conv, x, y = built(), random_frames(2, 6, 4, 2), random_frames(2, 6, 4, 2, seed=1)

    def loss():
        return tf.reduce_sum(tf.square(conv(x))) + tf.reduce_sum(tf.square(conv(y)))

    with tf.GradientTape() as tape:
        plain = loss()
    expected = tape.gradient(plain, conv.kernel.value)
    with tf.GradientTape() as tape, noted_convolutions() as calls:
        for each in (x, y):
            tape.watch(tf.constant(each))
        assert loss() == plain
    assert [layer for layer, *_ in calls] == [conv, conv]
    at_outputs = [2 * (outputs + conv.bias.value) for *_, outputs in calls]
    made = tf.raw_ops.Conv2DBackpropFilter(
        input=tf.concat([inputs for _, inputs, _ in calls], 0),
        filter_sizes=conv.kernel.shape,
        out_backprop=tf.concat(at_outputs, 0),
        strides=[1] * 4,
        padding="SAME",
    )
    np.testing.assert_allclose(made, expected, rtol=1e-4, atol=1e-4)
    assert tape.gradient(loss(), conv.kernel.value) is None


def test_notes_are_of_one_thread_and_nest():
    conv, x = built(), random_frames(1, 6, 4, 2)
    with noted_convolutions() as outer:
        with noted_convolutions() as inner:
            conv(x)
        conv(x)
        other = threading.Thread(target=conv, args=(x,))
        other.start()
        other.join()
    conv(x)
    assert (len(inner), len(outer)) == (1, 1)
