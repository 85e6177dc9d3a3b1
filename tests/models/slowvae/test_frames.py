"""What is accepted as frames and images, and every refusal."""

import functools
import re

import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.graph_refusal import refusal_in
from st_keras.models.slowvae.frames import (
    check_frames_shape,
    check_images,
    pair_frames,
    refuse_outside_unit_range,
)
from tests.refusals import refused
from tests.tiny import random_frames

SHAPE = (4, 6, 1)


def test_uint8_becomes_grey_values_up_to_one():
    frames = np.full((2, 2, *SHAPE), 255, "uint8")
    for data in (tf.constant(frames), (tf.constant(frames),)):
        paired = pair_frames(data)
        assert paired.dtype == tf.float32
        np.testing.assert_array_equal(paired, 1.0)
    np.testing.assert_array_equal(check_images("f", frames, SHAPE, "bernoulli"), 1.0)


def test_float_frames_stay():
    frames = random_frames(2, 3, *SHAPE)
    np.testing.assert_array_equal(pair_frames(tf.constant(frames)), frames)
    np.testing.assert_array_equal(check_images("f", frames, SHAPE, "bernoulli"), frames)


@pytest.mark.parametrize("data", [(np.zeros((2, 2, 4, 6, 1)),) * 2, (np.zeros(1),) * 3])
def test_labels_are_refused(data):
    refused(r"labels or sample weights.*training is unsupervised", pair_frames, data)


def test_wrong_rank_and_single_frames_are_refused():
    refused(r"frames of shape \(2, 4, 6, 1\), rank 4.*rank 5", pair_frames, np.zeros((2, 4, 6, 1)))
    refused(r"sequences of 1 frame.*at least 2", pair_frames, np.zeros((2, 1, *SHAPE)))


def test_frames_of_another_size_are_refused():
    check_frames_shape("SlowVAE", (None, None, *SHAPE), SHAPE)
    with pytest.raises(ValueError, match=r"frames of \(4, 4, 1\).*\(4, 6, 1\)"):
        check_frames_shape("SlowVAE", (1, 2, 4, 4, 1), SHAPE)


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((2, 4, 6)), r"images of shape \(2, 4, 6\).*\(..., 4, 6, 1\).*channel axis"),
        (np.full(SHAPE, 1.5), r"pixels from 1.5 to 1.5.*finite pixels in \[0, 1\].*255"),
        (np.full(SHAPE, -0.5), "pixels from -0.5"),
        (np.full(SHAPE, np.nan), "pixels from nan to nan"),
    ],
)
def test_wrong_images_are_refused(images, message):
    refused(message, check_images, "encode", images, SHAPE, "bernoulli")


def test_gaussian_pixels_have_no_range_but_must_be_finite():
    check_images("encode", np.full(SHAPE, -7.0), SHAPE, "gaussian")
    with pytest.raises(ValueError, match=r"finite pixels. Divide"):
        check_images("encode", np.full(SHAPE, np.inf), SHAPE, "gaussian")


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize(
    ("value", "received"), [(180, "from 0.5 to 180"), (-0.25, "from -0.25 to 0.5")]
)
def test_frames_outside_the_unit_range_are_refused_at_run_time(value, received, eager):
    check = functools.partial(refuse_outside_unit_range, "fit")
    check = check if eager else tf.function(check)
    frames = np.full((2, 2, *SHAPE), 0.5, "float32")
    for fine in (frames, np.float32([0.0, 1.0, 1.0]), np.float32([np.nan, np.inf]), frames[:0]):
        np.testing.assert_array_equal(check(tf.constant(fine)), fine)
    frames[1, 1, 0, 0] = value
    with pytest.raises(tf.errors.InvalidArgumentError) as failure:
        check(tf.constant(frames))
    message = rf"fit: received pixels {received}\. Required: pixels in \[0, 1\].*uint8, divide"
    assert re.search(message, str(refusal_in(failure.value)))


def test_no_images_are_no_error():
    assert check_images("encode", np.zeros((0, *SHAPE)), SHAPE, "bernoulli").shape == (0, *SHAPE)


def test_a_model_without_weights_is_refused():
    with pytest.raises(ValueError, match=r"a model without weights.*model.build"):
        check_images("SlowVAE.encode", np.zeros(SHAPE), None, "bernoulli")
