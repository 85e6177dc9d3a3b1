import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells.pointwise_conv import PointwiseConv2D
from tests.tiny import random_frames


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("policy, atol", [("float32", 1e-6), ("mixed_bfloat16", 0.02)])
def test_is_the_convolution_and_has_its_gradients(policy, atol, use_bias):
    layers = [
        kind(*arguments, use_bias=use_bias, dtype=policy)
        for kind, arguments in ((PointwiseConv2D, (6,)), (keras.layers.Conv2D, (6, 1)))
    ]
    x = tf.cast(random_frames(2, 4, 5, 3), layers[0].compute_dtype)
    found = []
    for layer in layers:
        layer.build((None, 4, 5, 3))
        layer.set_weights(
            [random_frames(*w.shape, seed=k) for k, w in enumerate(layers[0].weights)]
        )
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            loss = tf.reduce_mean(tf.cast(y, "float32") ** 2)
        found.append([y, *tape.gradient(loss, [x, *layer.trainable_variables])])
    for ours, theirs in zip(*found, strict=True):
        assert ours.dtype == theirs.dtype
        np.testing.assert_allclose(*(tf.cast(z, "float32") for z in (ours, theirs)), atol=atol)
    shapes = [[w.shape for w in layer.weights] for layer in layers]
    assert shapes[0] == shapes[1]


def test_batch_and_size_may_be_unknown():
    layer = PointwiseConv2D(6)
    layer.build((None, None, None, 3))
    x = random_frames(2, 4, 5, 3)
    run = tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, 3))])
    np.testing.assert_allclose(run(x), layer(x), atol=1e-6)
    assert layer.compute_output_shape((None, None, 5, 3)) == (None, None, 5, 6)
