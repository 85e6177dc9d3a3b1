import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.training_input import (
    check_training_shape,
    frames_of,
    training_sequences,
)
from tests.tiny import ScalarNetwork, random_frames


def test_frames_alone_and_pairs_are_the_same_sequence():
    frames = random_frames(2, 5, 4, 4, 1)
    for data in (frames, (frames,), (frames[:, :2], frames[:, 2:])):
        sequences, given, weights = training_sequences(data, ScalarNetwork(), 2)
        np.testing.assert_array_equal(sequences, frames)
        assert (given, weights) == ({}, None)


def test_weights_stand_at_the_third_place():
    frames, weights = random_frames(2, 5, 4, 4, 1), np.float32([1.0, 2.0])
    for data in ((frames, None, weights), (frames[:, :2], frames[:, 2:], weights)):
        sequences, _, found = training_sequences(data, ScalarNetwork(), 2)
        np.testing.assert_array_equal(sequences, frames)
        assert found is weights


@pytest.mark.parametrize("types", [("float32", "uint8"), ("uint8", "float32"), ("uint8", "uint8")])
def test_pairs_of_any_types_keep_their_values(types):
    values = [np.full((1, 2, 2, 2, 1), 3), np.full((1, 1, 2, 2, 1), 0.75 if "f" in types[1] else 7)]
    joined = frames_of(*(tf.constant(v, t) for v, t in zip(values, types, strict=True)), 2)
    assert joined.dtype == "float32"
    np.testing.assert_array_equal(joined, np.concatenate(values, axis=1))


def test_a_context_of_unknown_length_is_left_to_the_next_check():
    traced = tf.function(lambda x, y: frames_of(x, y, 2))
    spec = tf.TensorSpec((None, None, 4, 4, 1))
    assert traced.get_concrete_function(spec, spec).structured_outputs.shape[1] is None


@pytest.mark.parametrize("length", [1, 3])
def test_pairs_are_split_at_context_length(length):
    frames = random_frames(2, 5, 4, 4, 1)
    received = rf"received pairs .* context has {length} frame\(s\)"
    message = rf"{received}\. Required: context_length=2 .*\(context_length={length}\)"
    with pytest.raises(ValueError, match=f"Forecaster: {message}"):
        frames_of(frames[:, :length], frames[:, length:], 2)


@pytest.mark.parametrize(
    "data, message",
    [
        (({"video": np.zeros(1)}, None), r"x as a dict.*lambda d: d\['video'\]"),
        ((np.zeros(1), {"video": np.zeros(1)}), r"y as a dict"),
        ((np.zeros((1, 2, 4, 4)), np.zeros((1, 2, 4, 4, 1))), r"context of shape .* rank 4"),
        ((np.zeros((1, 2, 4, 4, 1)), np.zeros(1)), r"future of shape .* rank 1"),
        (
            (np.zeros((1, 2, 4, 4, 3)), np.zeros((1, 1, 4, 4, 1))),
            r"\(H, W, C\) = \(4, 4, 3\) and futures of \(4, 4, 1\).*Keep those channels",
        ),
        ((np.zeros((1, 2, 4, 4, 1)), np.zeros((1, 1, 6, 4, 1))), r"futures of \(6, 4, 1\)"),
    ],
)
def test_frames_of_errors(data, message):
    with pytest.raises(ValueError, match=message):
        frames_of(*data, 2)


def test_weights_of_pixels_are_refused():
    data = (random_frames(2, 5, 4, 4, 1), None, np.ones((2, 5)))
    message = r"sample_weight of shape \(2, 5\). Required: one number for each sequence, \(B,\)"
    with pytest.raises(ValueError, match=message):
        training_sequences(data, ScalarNetwork(), 2)


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
