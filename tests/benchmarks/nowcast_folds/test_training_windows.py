"""What a fold is trained on: block means, discs, windows of each reading, rain that is made."""

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.nowcast_folds import training_windows
from benchmarks.nowcast_folds.training_windows import (
    Reading,
    block_means,
    covered,
    training_batches,
)
from tests.benchmarks.nowcast_folds.radar_files import CODE_RATIO, growing_rain

EVENTS = ("fmi_2016", "fmi_2017")


def test_block_means():
    rates = np.random.default_rng(0).random((2, 3, 4, 6)).astype("float32")
    rates[1, 2, 3, 5] = np.nan
    found = block_means(rates, 2)
    assert found.shape == (2, 3, 2, 3)
    for i in range(2):
        for j in range(3):
            block = rates[:, :, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
            np.testing.assert_allclose(found[:, :, i, j], block.mean(axis=(2, 3)), rtol=1e-6)
    assert np.argwhere(np.isnan(found)).tolist() == [[1, 2, 1, 2]]


def discs(seed, count=200):
    ones = np.ones((2 * count, 3, 16, 12, 1), "float32")
    batches = tf.data.Dataset.from_tensor_slices(ones).batch(count)
    return list(covered(batches, seed).as_numpy_iterator())


def test_half_of_the_sequences_miss_what_is_outside_of_a_disc():
    first, second = discs(5)
    outside = np.isnan(first)
    hit = outside.any(axis=(1, 2, 3, 4))
    assert 0.4 < hit.mean() < 0.6
    assert (outside == outside[:, :1]).all()  # the same at all times
    assert (~outside).any(axis=(1, 2, 3, 4)).all()
    y, x = np.mgrid[:16, :12]
    numbers = tf.random.stateless_uniform((200, 4), [5, 0], alg="philox").numpy()
    for frames, numbers_of in zip(outside[:, 0, ..., 0], numbers, strict=True):
        down, right = (0.2 + 0.6 * numbers_of[:2]) * (16, 12)
        radius = (0.35 + 0.35 * numbers_of[2]) * 16
        distances = np.hypot(y - down, x - right)
        clear = np.abs(distances - radius) > 1e-3
        expected = (distances > radius) & (numbers_of[3] < 0.5)
        np.testing.assert_array_equal(frames[clear], expected[clear])
    assert not np.array_equal(np.isnan(second), outside)


def test_discs_are_a_function_of_the_seed_and_the_batch():
    for one, two in zip(discs(3, 20), discs(3, 20), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(np.isnan(discs(4, 20)[0]), np.isnan(discs(3, 20)[0]))


@pytest.fixture
def small(monkeypatch):
    """Windows of 8 x 8 pixels, as many of each reading."""
    readings = (
        Reading(0.25, 4, 1, 8),  # the whole of 32 pixels
        Reading(0.25, 2, 1, 8),  # a crop of 16
        Reading(0.25, 8, 1, 4),
        Reading(0.15, 4, 2, 8),
        Reading(0.1, 4, 3, 8),
    )
    monkeypatch.setattr(training_windows, "READINGS", readings)
    monkeypatch.setattr(training_windows, "SIZE", 8)


def taken(folder, count, **kwargs):
    told = {"events": EVENTS, "batch_size": 2, "seed": 1, **kwargs}
    return list(training_batches(**told, folder=folder).take(count).as_numpy_iterator())


def steps_of(sequences):
    """By how many codes a frame differs from the one before, of each sequence."""
    with np.errstate(invalid="ignore"):
        values = np.nanmax(sequences, axis=(2, 3, 4))
        lowest = np.nanmin(sequences, axis=(2, 3, 4))
    np.testing.assert_allclose(lowest, values, rtol=1e-5)
    steps = np.diff(np.log(values), axis=1) / np.log(CODE_RATIO)
    np.testing.assert_allclose(steps, steps[:, :1] * np.ones(17), atol=1e-2)
    return np.rint(np.abs(steps[:, 0])).astype(int)


def test_windows_of_all_readings_and_of_no_event_that_is_too_short(small, tmp_path):
    batches = taken(growing_rain(tmp_path), 40)
    shapes = {batch.shape for batch in batches}
    assert shapes == {(2, 18, 8, 8, 1), (8, 18, 4, 4, 1)}
    # Every second of 20 frames (10 codes a step), and every third of 40, are less than 18. A batch
    # is of one reading, of both events where both are long enough.
    assert {frozenset(steps_of(batch)) for batch in batches} == {
        frozenset(of) for of in ({2}, {1}, {5}, {1, 5})
    }
    missing = np.concatenate([np.isnan(batch).any(axis=(1, 2, 3, 4)) for batch in batches])
    assert 0.3 < missing.mean() < 0.7


def test_equal_seeds_give_equal_batches(small, tmp_path):
    growing_rain(tmp_path)
    for one, two in zip(taken(tmp_path, 6), taken(tmp_path, 6), strict=True):
        np.testing.assert_array_equal(one, two)
    other = taken(tmp_path, 6, seed=2)
    assert any(
        one.shape != two.shape or not np.array_equal(one, two, equal_nan=True)
        for one, two in zip(taken(tmp_path, 6), other, strict=True)
    )


@pytest.mark.parametrize("share, least, most", [(0.0, 0, 0), (0.5, 5, 15), (1.0, 20, 20)])
def test_a_share_of_the_batches_is_made(small, tmp_path, monkeypatch, share, least, most):
    class Made:
        def __init__(self, size, frames, seed):
            self.shape = (frames, *size, 1)

        def as_dataset(self, batch_size):
            made = np.full((batch_size, *self.shape), -1.0, "float32")
            return tf.data.Dataset.from_tensors(made).repeat()

    monkeypatch.setattr(training_windows, "AdvectedRain", Made)
    batches = taken(growing_rain(tmp_path), 20, made_share=share)
    made = sum(batch.shape == (2, 18, 8, 8, 1) and bool((batch == -1).all()) for batch in batches)
    assert least <= made <= most


def test_an_event_without_18_frames_of_any_step_is_left_out(small, tmp_path):
    growing_rain(tmp_path, second=17)
    found = np.concatenate([steps_of(batch) for batch in taken(tmp_path, 40)])
    assert set(found.tolist()) == {1, 2}
