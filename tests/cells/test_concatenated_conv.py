import keras
import numpy as np

from st_keras.cells.concatenated_conv import ConcatenatedConv2D
from tests.cells.numpy_cells import convolve
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
