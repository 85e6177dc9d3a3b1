import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells.convolutions import (
    ConcatenatedConv2D,
    PointwiseConv2D,
    check_kernel_size,
    convolution,
    depthwise_convolution,
)
from tests.models.predrnn.numpy_cells import convolve
from tests.tiny import random_frames


def built(dtype=None, **options):
    conv = ConcatenatedConv2D(4, 3, dtype=dtype, **options)
    conv.build([(None, 5, 6, 2), (None, 5, 6, 3)])
    return conv


def test_equals_the_sum_of_convolutions():
    conv, inputs = built(), [random_frames(2, 5, 6, c, seed=c) for c in (2, 3)]
    conv.bias.assign(np.arange(4.0))
    kernel = np.asarray(conv.kernel, "float64")
    expected = convolve(inputs[0], kernel[:, :, :2]) + convolve(inputs[1], kernel[:, :, 2:])
    np.testing.assert_allclose(conv(inputs), expected + np.arange(4), atol=1e-5)


def test_each_part_starts_from_its_own_fan_in():
    start = keras.initializers.VarianceScaling(1.0, "fan_in", "uniform", seed=3)
    conv = ConcatenatedConv2D(64, 3, kernel_initializer=start)
    conv.build([(None, 5, 6, 2), (None, 5, 6, 32)])
    kernel = conv.kernel.numpy()
    for part, channels in ((kernel[:, :, :2], 2), (kernel[:, :, 2:], 32)):
        limit = np.sqrt(3 / (9 * channels))
        assert 0.95 * limit < np.abs(part).max() <= limit


def test_inputs_of_any_dtypes():
    conv = built("mixed_bfloat16")
    inputs = [random_frames(1, 5, 6, 2), keras.ops.cast(random_frames(1, 5, 6, 3), "bfloat16")]
    assert keras.backend.standardize_dtype(conv(inputs).dtype) == "bfloat16"


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


@pytest.mark.parametrize(
    "layer, shape, fan_in",
    [
        (convolution(64, 3, 8), (None, 6, 6, 8), 9 * 8),
        (depthwise_convolution(3), (None, 6, 6, 512), 9),
    ],
    ids=["convolution", "depthwise"],
)
def test_kernel_and_bias_start_as_in_pytorch(layer, shape, fan_in):
    """U(+-1/sqrt(fan_in)), where the fan-in of a depthwise kernel is one channel."""
    layer.build(shape)
    limit = 1 / np.sqrt(fan_in)
    for weight, tolerance in ((layer.kernel, 0.05), (layer.bias, 0.3)):
        values = weight.numpy()
        assert np.abs(values).max() <= limit
        assert values.std() == pytest.approx(limit / np.sqrt(3), rel=tolerance)


@pytest.mark.parametrize("given, pair", [(5, (5, 5)), ((3, 1), (3, 1)), ([1, 7], (1, 7))])
def test_pairs(given, pair):
    assert check_kernel_size("who", given) == pair


@pytest.mark.parametrize(
    "given, message",
    [
        (4, r"who: received kernel_size=4.*odd sizes"),
        ((3, 2), r"who: received kernel_size=\(3, 2\).*odd sizes"),
        ((3, 3, 3), r"who: received kernel_size=\(3, 3, 3\).*an odd int or a pair"),
        (0, r"who: received kernel_size=0.*at least 1"),
    ],
)
def test_refused(given, message):
    with pytest.raises(ValueError, match=message):
        check_kernel_size("who", given)
