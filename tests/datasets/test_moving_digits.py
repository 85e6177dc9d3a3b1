import json
import time

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.datasets import MovingDigits, load_digit_images
from tests.refusals import refused

DIGITS = np.random.default_rng(0).integers(1, 256, (40, 6, 5), "uint8")


def small(**changes):
    return MovingDigits(**{"source": DIGITS, "image_size": (20, 24), "num_frames": 30, **changes})


def refuses(match, **arguments):
    refused(match, MovingDigits, **{"source": DIGITS, **arguments})


def test_default_batches():
    data = MovingDigits().as_dataset(4)
    assert data.element_spec == tf.TensorSpec((4, 20, 64, 64, 1), tf.float32)
    assert data.cardinality() == tf.data.INFINITE_CARDINALITY
    frames = next(iter(data)).numpy()
    assert frames.min() == 0.0 and frames.max() == 1.0
    np.testing.assert_array_equal(frames, MovingDigits().sequences(0, 4))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**40), start=st.integers(0, 2**40), sizes=st.lists(st.integers(1, 4)))
def test_a_sequence_does_not_depend_on_its_batch(seed, start, sizes):
    digits = small(seed=seed, num_frames=4)
    whole = digits.sequences(start, 1 + sum(sizes))
    for size in sizes:
        np.testing.assert_array_equal(digits.sequences(start, size), whole[:size])
        whole, start = whole[size:], start + size


def test_order_is_the_same_for_every_batch_size_and_start():
    digits = small()
    by = {
        size: np.concatenate(list(digits.as_dataset(size, prefetch=False).take(12 // size)))
        for size in (1, 3, 4, 12)
    }
    assert all(np.array_equal(frames, by[12]) for frames in by.values())
    later = next(iter(digits.as_dataset(4, first_batch=2))).numpy()
    np.testing.assert_array_equal(later, by[12][8:])


def test_seed_and_split_change_the_motion():
    corners = [
        small(seed=seed, split=split).corners(0, 5)
        for seed in (0, 1)
        for split in ("train", "validation", "test")
    ]
    assert all(not np.array_equal(a, b) for i, a in enumerate(corners) for b in corners[:i])


def test_splits_show_disjoint_digits():
    seen = {}
    for split in ("train", "validation", "test"):
        digits = small(split=split, num_digits=1, num_frames=1)
        frames, corners = digits.sequences(0, 300)[:, 0, :, :, 0], digits.corners(0, 300)[:, 0, 0]
        boxes = [f[y : y + 6, x : x + 5] for f, (y, x) in zip(frames, corners, strict=True)]
        seen[split] = {np.rint(255 * box).astype("uint8").tobytes() for box in boxes}
        assert seen[split] <= {image.tobytes() for image in load_digit_images(DIGITS, split)[0]}
    assert not seen["train"] & seen["validation"] | seen["train"] & seen["test"]
    assert not seen["validation"] & seen["test"]


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(7, 40),
    width=st.integers(6, 40),
    num_digits=st.integers(1, 3),
    seed=st.integers(0, 1000),
)
def test_digits_stay_inside_and_frames_are_their_maximum(height, width, num_digits, seed):
    digits = small(image_size=(height, width), num_digits=num_digits, seed=seed)
    corners = digits.corners(0, 3)
    assert corners.shape == (3, num_digits, 30, 2)
    assert corners.min() >= 0
    assert corners[..., 0].max() <= height - 6 and corners[..., 1].max() <= width - 5
    frames = digits.sequences(0, 3)
    assert frames.shape == (3, 30, height, width, 1) and frames.dtype == np.float32
    assert frames.min() >= 0 and frames.max() <= 1
    # The sources have no zero pixel, so ink shows exactly where the boxes lie.
    expected = np.zeros((3, 30, height, width), bool)
    for (s, _, t), (y, x) in zip(
        np.ndindex(3, num_digits, 30), corners.reshape(-1, 2), strict=True
    ):
        expected[s, t, y : y + 6, x : x + 5] = True
    np.testing.assert_array_equal(frames[..., 0] > 0, expected)


def test_overlap_takes_the_maximum():
    digits = small(image_size=(7, 6), num_digits=3, num_frames=2)
    chosen, corners = digits._draw(0, 1)
    canvas = np.zeros((3, 7, 6), "uint8")
    for k in range(3):
        y, x = corners[0, k, 1]
        canvas[k, y : y + 6, x : x + 5] = digits.images[chosen[0, k]]
    np.testing.assert_allclose(
        digits.sequences(0, 1)[0, 1, :, :, 0], canvas.max(0) / 255, atol=1e-7
    )


def test_motion_is_straight_away_from_walls_and_bounces_at_them():
    free = 1000
    digits = small(image_size=(free + 6, free + 5), num_digits=1, num_frames=60)
    corners = digits.corners(0, 200)[:, 0].astype(float)
    step = np.diff(corners, axis=1)
    away = (corners[:, :-1] > 0.1 * free) & (corners[:, :-1] < 0.9 * free)
    away &= (corners[:, 1:] > 0.1 * free) & (corners[:, 1:] < 0.9 * free)
    length = np.hypot(*np.moveaxis(step, -1, 0))[away.all(axis=-1)]
    assert len(length) > 1000
    np.testing.assert_allclose(length, 0.1 * free, atol=1.5)
    # Per axis, speed keeps its size for ever; only its sign changes, and only at walls.
    inner = away[:, 1:] & away[:, :-1]
    np.testing.assert_allclose(step[:, 1:][inner], step[:, :-1][inner], atol=1.01)
    flipped = (step[:, 1:] * step[:, :-1] < 0) & (np.abs(step[:, 1:]) > 2)
    turning = corners[:, 1:-1][flipped]
    assert len(turning) > 500 and np.isin(turning, (0, free)).all()


def test_starts_and_directions_are_uniform():
    corners = small(image_size=(1006, 1005), num_frames=2).corners(0, 2000).astype(float)
    start = corners[:, :, 0].reshape(-1, 2) / 1000
    histogram = np.histogram2d(*start.T, bins=4, range=[[0, 1], [0, 1]])[0]
    assert np.all(np.abs(histogram - 250) < 5 * np.sqrt(250))
    inside = np.all((start > 0.11) & (start < 0.89), axis=1)
    step = np.diff(corners, axis=2).reshape(-1, 2)[inside]
    angle = np.histogram(np.arctan2(*step.T), bins=8, range=(-np.pi, np.pi))[0]
    assert np.all(np.abs(angle - len(step) / 8) < 5 * np.sqrt(len(step) / 8))


def test_fixed_set():
    digits = small(num_sequences=10, num_frames=3)
    data = digits.as_dataset(4)
    assert len(data) == 3 and data.element_spec.shape.as_list() == [None, 3, 20, 24, 1]
    batches = [batch.numpy() for batch in data]
    assert [len(batch) for batch in batches] == [4, 4, 2]
    np.testing.assert_array_equal(np.concatenate(batches), digits.sequences(0, 10))
    np.testing.assert_array_equal(np.concatenate(list(data)), np.concatenate(batches))
    assert digits.as_dataset(5).element_spec.shape[0] == 5
    np.testing.assert_array_equal(batches[0], small(num_frames=3).sequences(0, 4))


def test_card_and_repr():
    digits = MovingDigits(split="test", num_sequences=5, seed=3)
    card = json.loads(json.dumps(digits.card()))
    assert card["generator"] == "MovingDigits" and card["source"] == "sklearn"
    assert card["num_digit_images"] == 270 and card["image_size"] == [64, 64]
    assert card["digit_images_sha256"] != MovingDigits().card()["digit_images_sha256"]
    assert "split='test'" in repr(digits) and "seed=3" in repr(digits)
    assert small().card()["source"] == "array"


def test_the_card_does_not_tell_where_the_file_lies(tmp_path):
    np.savez(
        tmp_path / "my.npz", **dict.fromkeys(("x_train", "x_test"), np.ones((9, 28, 28), "u1"))
    )
    assert MovingDigits(source=tmp_path / "my.npz").card()["source"] == "my.npz"


def test_refusals():
    refuses("num_digits=4.*1, 2 or 3", num_digits=4)
    refuses("num_digits=0.*at least 1", num_digits=0)
    refuses("num_frames=0", num_frames=0)
    refuses("num_sequences=0", num_sequences=0)
    refuses("seed=-1", seed=-1)
    refuses("seed=0.5", seed=0.5)
    refuses("split='all'", split="all")
    refuses(r"image_size=\(6, 6\) for digits of \(6, 5\).*image_size=7 or more", image_size=6)
    refuses(r"\(1, 2, 3\).*an int or \(height, width\)", image_size=(1, 2, 3))
    refuses("image_size='big'", image_size="big")
    refuses(
        "image_size=28.*29 or more".replace("=28", r"=\(28, 28\)"), source="sklearn", image_size=28
    )
    for call, match in [
        (lambda: small().as_dataset(0), "batch_size=0"),
        (lambda: small().as_dataset(2, first_batch=-1), "first_batch=-1"),
        (lambda: small(num_sequences=3).as_dataset(2, first_batch=1), "for a fixed set"),
        (lambda: small().sequences(-1, 2), "start=-1"),
        (lambda: small().sequences(0, 0), "count=0"),
        (lambda: small(num_sequences=3).sequences(2, 2), "2 to 3.*num_sequences=3"),
    ]:
        refused(match, call)


def test_a_batch_takes_well_under_50_ms():
    digits = MovingDigits()
    digits.sequences(0, 16)
    took = []
    for i in range(5):
        start = time.process_time()
        digits.sequences(16 * i, 16)
        took.append(time.process_time() - start)
    assert min(took) < 0.05


@pytest.mark.needs_data
@pytest.mark.parametrize("name", ["mnist.npz", "fashion_mnist_5k_train_2k_test.npz"])
def test_real_digits_move(data_file, name):
    digits = MovingDigits(source=data_file(name), split="validation", num_digits=3, seed=5)
    frames = next(iter(digits.as_dataset(2))).numpy()
    assert frames.shape == (2, 20, 64, 64, 1) and 0.5 < frames.max() <= 1
    assert np.all(np.abs(np.diff(frames, axis=1)).max(axis=(2, 3, 4)) > 0)
