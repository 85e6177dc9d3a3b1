import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.padded_frames import crop_frames, pad_frames, padded_size
from tests.tiny import random_frames


@pytest.mark.parametrize("size", [(5, 7), (8, 4), (1, 9)])
def test_there_and_back(size):
    frames = random_frames(2, 3, *size, 2)
    padded = pad_frames(tf.constant(frames), 4, np.nan)
    height, width = (padded_size(each, 4) for each in size)
    assert padded.shape == (2, 3, height, width, 2)
    expected = np.full(padded.shape, np.nan, "float32")
    expected[:, :, : size[0], : size[1]] = frames
    np.testing.assert_array_equal(padded, expected)
    np.testing.assert_array_equal(crop_frames(padded, tf.constant(frames)), frames)


def test_sizes_that_are_not_known():
    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 5, 1))])
    def there_and_back(frames):
        padded = pad_frames(frames, 4, 0.0)
        assert padded.shape.as_list() == [None, None, None, 8, 1]
        cropped = crop_frames(padded, frames)
        assert cropped.shape.as_list() == [None, None, None, 5, 1]
        return padded, cropped

    frames = random_frames(1, 2, 6, 5, 1)
    padded, cropped = there_and_back(frames)
    assert padded.shape == (1, 2, 8, 8, 1)
    np.testing.assert_array_equal(cropped, frames)
