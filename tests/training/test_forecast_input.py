import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.forecast_input import check_context, check_training_shape, frames_of
from tests.tiny import random_frames, tiny_network


def test_frames_alone_and_pairs_are_the_same_sequence():
    frames = random_frames(2, 5, 4, 4, 1)
    for data in (frames, (frames,), (frames[:, :2], frames[:, 2:])):
        np.testing.assert_array_equal(frames_of(data, 2), frames)


@pytest.mark.parametrize("types", [("float32", "uint8"), ("uint8", "float32"), ("uint8", "uint8")])
def test_pairs_of_any_types_keep_their_values(types):
    values = [np.full((1, 2, 2, 2, 1), 3), np.full((1, 1, 2, 2, 1), 0.75 if "f" in types[1] else 7)]
    joined = frames_of([tf.constant(v, t) for v, t in zip(values, types, strict=True)], 2)
    assert joined.dtype == "float32"
    np.testing.assert_array_equal(joined, np.concatenate(values, axis=1))


def test_a_context_of_unknown_length_is_left_to_the_next_check():
    traced = tf.function(lambda *pair: frames_of(pair, 2))
    spec = tf.TensorSpec((None, None, 4, 4, 1))
    assert traced.get_concrete_function(spec, spec).structured_outputs.shape[1] is None


@pytest.mark.parametrize("length", [1, 3])
def test_pairs_are_split_at_context_length(length):
    frames = random_frames(2, 5, 4, 4, 1)
    received = rf"received pairs .* context has {length} frame\(s\)"
    message = rf"{received}\. Required: context_length=2 .*\(context_length={length}\)"
    with pytest.raises(ValueError, match=f"Forecaster: {message}"):
        frames_of((frames[:, :length], frames[:, length:]), 2)


@pytest.mark.parametrize(
    "data, message",
    [
        (
            (np.zeros(1), np.zeros(1), np.ones(1)),
            r"a dataset with sample weights.*Drop the weights",
        ),
        ({"video": np.zeros(1)}, r"x as a dict.*lambda d: d\['video'\]"),
        ((np.zeros(1), {"video": np.zeros(1)}), r"y as a dict"),
        ((np.zeros((1, 2, 4, 4)), np.zeros((1, 2, 4, 4, 1))), r"context of shape .* rank 4"),
        ((np.zeros((1, 2, 4, 4, 1)), np.zeros(1)), r"future of shape .* rank 1"),
    ],
)
def test_frames_of_errors(data, message):
    with pytest.raises(ValueError, match=message):
        frames_of(data, 2)


@pytest.mark.parametrize(
    "shape, message",
    [
        ((None, 8, 4, 4), r"Forecaster: received frames of shape .* rank 4"),
        ((None, None, 4, 4, 1), r"an unknown number of frames.*tf.ensure_shape"),
        ((None, 3, 4, 4, 1), r"sequences of 3 frames with context_length=3.*context_length=2"),
        ((None, 1, 4, 4, 1), r"sequences of 1 frames.*Use sequences of at least 4 frames\.$"),
    ],
)
def test_training_shape_errors(shape, message):
    check_training_shape((None, 4, 4, 4, 1), 3)
    with pytest.raises(ValueError, match=message):
        check_training_shape(shape, 3)


def test_single_frames_are_no_sequences_for_any_context_length():
    with pytest.raises(ValueError, match=r"Use sequences of at least 2 frames\.$"):
        check_training_shape((None, 1, 4, 4, 1), 1)


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


def test_layer_norm_forecasts_one_size():
    network = tiny_network(layer_norm=True)
    network.build((None, None, 4, 6, 1))
    check_context(np.zeros((1, 1, 4, 6, 1)), network)
    for size in ((6, 4), (4, 4), (8, 12)):
        message = (
            rf"size \(H, W\) = \({size[0]}, {size[1]}\) with layer_norm=True. Required: \(4, 6\)"
        )
        with pytest.raises(ValueError, match=f"Forecaster.forecast: received .*{message}"):
            check_context(np.zeros((1, 1, *size, 1)), network)


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "int64", "bool"])
def test_context_of_any_real_type(dtype):
    network = tiny_network()
    network.build((None, None, 4, 4, 1))
    assert check_context(np.ones((1, 1, 4, 4, 1), dtype).tolist(), network).shape == (1, 1, 4, 4, 1)
    assert check_context(np.ones((1, 1, 4, 4, 1), dtype), network).dtype == dtype
