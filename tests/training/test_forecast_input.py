import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.forecast_input import check_context, check_training_shape, frames_of
from tests.tiny import random_frames, tiny_network


def test_frames_alone_and_pairs_are_the_same_sequence():
    frames = random_frames(2, 5, 4, 4, 1)
    for data in (frames, (frames,), (frames[:, :2], frames[:, 2:])):
        np.testing.assert_array_equal(frames_of(data), frames)


def test_pairs_of_different_types():
    context, future = np.zeros((1, 2, 2, 2, 1), "float32"), np.ones((1, 1, 2, 2, 1), "uint8")
    joined = frames_of((tf.constant(context), tf.constant(future)))
    assert joined.dtype == "float32" and joined.shape[1] == 3


@pytest.mark.parametrize(
    "data, message",
    [
        (
            (np.zeros(1), np.zeros(1), np.ones(1)),
            r"a dataset with sample weights.*Drop the weights",
        ),
        ({"video": np.zeros(1)}, r"x as a dict.*lambda d: d\['video'\]"),
        ((np.zeros(1), {"video": np.zeros(1)}), r"y as a dict"),
    ],
)
def test_frames_of_errors(data, message):
    with pytest.raises(ValueError, match=message):
        frames_of(data)


@pytest.mark.parametrize(
    "shape, message",
    [
        ((None, 8, 4, 4), r"Forecaster: received frames of shape .* rank 4"),
        ((None, None, 4, 4, 1), r"an unknown number of frames.*tf.ensure_shape"),
        ((None, 3, 4, 4, 1), r"sequences of 3 frames with context_length=3.*context_length=2"),
        ((None, 1, 4, 4, 1), r"sequences of 1 frames"),
    ],
)
def test_training_shape_errors(shape, message):
    check_training_shape((None, 4, 4, 4, 1), 3)
    with pytest.raises(ValueError, match=message):
        check_training_shape(shape, 3)


def with_value(value):
    context = random_frames(2, 3, 4, 4, 1)
    context[1, 2, 0, 3, 0] = value
    return context


@pytest.mark.parametrize(
    "context, message",
    [
        (np.zeros((3, 4, 4, 1)), r"rank 4. Required: rank 5, axes \(N, T, H, W, C\)"),
        (np.zeros((0, 3, 4, 4, 1)), r"\(0, 3, 4, 4, 1\), which is empty"),
        (np.zeros((2, 0, 4, 4, 1)), r"which is empty.*Check the slice"),
        (with_value(np.nan), r"1 NaN or infinite values, the first at \(1, 2, 0, 3, 0\)"),
        (with_value(np.inf), r"NaN or infinite values.*nan_to_num"),
        (np.zeros((1, 1, 5, 4, 1)), r"H=5 with patch_size=2"),
        (np.zeros((1, 1, 4, 5, 1)), r"W=5 with patch_size=2"),
        (np.zeros((1, 1, 4, 4, 3)), r"frames with 3 channel\(s\). Required: 1 channel\(s\)"),
        (np.zeros((1, 1, 4, 4, 1), complex), r"dtype complex128.*real numbers"),
        (np.array([[[[["a"]]]]]), r"dtype <U1"),
    ],
)
def test_context_errors(context, message):
    network = tiny_network()
    network.build((None, None, 4, 4, 1))
    with pytest.raises(ValueError, match=f"Forecaster.forecast: received .*{message}"):
        check_context(context, network)


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "int64", "bool"])
def test_context_of_any_real_type(dtype):
    network = tiny_network()
    network.build((None, None, 4, 4, 1))
    assert check_context(np.ones((1, 1, 4, 4, 1), dtype).tolist(), network).shape == (1, 1, 4, 4, 1)
    assert check_context(np.ones((1, 1, 4, 4, 1), dtype), network).dtype == dtype
