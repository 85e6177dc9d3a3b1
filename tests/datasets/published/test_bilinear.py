import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets.published.bilinear import resize_bilinear
from tests.datasets.published.files import random_bytes


@pytest.mark.parametrize("size", [(128, 128), (40, 200), (7, 5), (120, 160)])
def test_as_tensorflow_without_antialiasing(size):
    frames = random_bytes(2, 120, 160)
    expected = tf.image.resize(frames[..., None], size, antialias=False)[..., 0].numpy()
    resized = resize_bilinear(frames, size)
    assert resized.dtype == np.uint8 and resized.shape == (2, *size)
    assert np.abs(resized - expected).max() <= 0.51


def test_a_constant_stays():
    frames = np.full((1, 120, 160), 77, "uint8")
    np.testing.assert_array_equal(resize_bilinear(frames, (128, 128)), 77)
