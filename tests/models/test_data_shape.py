import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.data_shape import image_shape_of

FRAMES = np.zeros((4, 5, 8, 6, 1), "uint8")


@pytest.mark.parametrize(
    "data",
    [
        FRAMES,
        tf.zeros(FRAMES.shape),
        {"frames": FRAMES, "actions": np.zeros((4, 5, 2))},
        ({"frames": FRAMES}, FRAMES),
        tf.data.Dataset.from_tensor_slices(FRAMES).batch(2),
        tf.data.Dataset.from_tensor_slices((FRAMES, FRAMES)).batch(2),
        tf.data.Dataset.from_tensor_slices({"frames": FRAMES}).batch(2),
    ],
)
def test_known(data):
    assert image_shape_of(data) == (8, 6, 1)


@pytest.mark.parametrize(
    "data",
    [
        FRAMES[0],
        [FRAMES],
        (),
        {"images": FRAMES},
        (frame for frame in FRAMES),
        tf.data.Dataset.from_generator(
            lambda: iter([FRAMES]), output_signature=tf.TensorSpec((None, None, None, None, 1))
        ),
        tf.data.Dataset.from_generator(
            lambda: iter([FRAMES]), output_signature=tf.TensorSpec(None)
        ),
    ],
)
def test_unknown(data):
    assert image_shape_of(data) is None
