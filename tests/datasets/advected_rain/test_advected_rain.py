"""Made rain: the same for the same numbers, and what was asked for."""

import itertools
import json

import numpy as np
import pytest
import tensorflow as tf

from st_keras.datasets import AdvectedRain
from tests.refusals import refused

SIZES = {"image_shape": (32, 48), "num_frames": 6}


def first(dataset, count):
    return [frames.numpy() for frames in itertools.islice(dataset, count)]


@pytest.fixture(scope="module")
def batches():
    rain = AdvectedRain(**SIZES, seed=3)
    return rain, first(rain.as_dataset(batch_size=3), 4)


def test_rates(batches):
    rain, frames = batches
    frames = np.stack(frames)
    assert frames.shape == (4, 3, 6, 32, 48, 1) and frames.dtype == np.float32
    assert rain.image_shape == (32, 48, 1)
    assert np.isfinite(frames).all() and frames.min() == 0
    wet = frames[frames > 0]
    assert wet.min() >= 0.0999 and wet.max() <= 60.001
    assert 0.01 < np.mean(frames > 0) < 0.6


def test_dataset_is_endless_and_of_known_shape(batches):
    dataset = batches[0].as_dataset(batch_size=3)
    assert dataset.cardinality() == tf.data.INFINITE_CARDINALITY
    assert dataset.element_spec == tf.TensorSpec((3, 6, 32, 48, 1), tf.float32)


def test_a_batch_belongs_to_its_number(batches):
    rain, frames = batches
    again = AdvectedRain(**SIZES, seed=3)
    for number, there in zip((2, 3), first(again.as_dataset(3, first_batch=2), 2), strict=True):
        np.testing.assert_array_equal(there, frames[number])
    together = again.as_dataset(3, prefetch=False, num_parallel_batches=2)
    np.testing.assert_array_equal(first(together, 4), frames)
    far = first(rain.as_dataset(1, first_batch=10**15), 1)[0]
    assert np.isfinite(far).all()


def alike(a, b):
    """Whether rates are the same but for rounding, which at the edge of rain is 0 or 0.1 mm/h."""
    return np.mean(np.abs(a - b) > 1e-3 * (1 + a)) < 1e-3


def test_a_batch_alone(batches):
    rain, frames = batches
    assert alike(rain.batch(1, 3), frames[1])
    assert not alike(rain.batch(1, 3), frames[2])


def test_a_sequence_does_not_know_the_others(batches):
    rain, frames = batches
    (more,) = first(rain.as_dataset(batch_size=5), 1)
    assert alike(more[:3], frames[0])


def test_seeds_batches_and_rows_differ(batches):
    rain, frames = batches
    other = AdvectedRain(**SIZES, seed=4).batch(0, 3)
    all_of_them = np.concatenate([*frames, other])
    for a, b in itertools.combinations(all_of_them, 2):
        assert np.abs(a - b).max() > 1
    assert len(np.unique(rain.weather(0, 8)["lifetime"])) == 8


def test_weather_is_drawn_from_the_ranges():
    rain = AdvectedRain(max_speed=3, lifetime=(20, 40), rain_fraction=(0.1, 0.5), peak=(10, 20))
    weather = rain.weather(5, 400)
    speed = np.hypot(*weather["velocity"].T)
    assert 2.9 < speed.max() <= 3.0001 and abs(np.mean(speed) - 1.5) < 0.2
    assert np.abs(weather["velocity"].mean(axis=0)).max() < 0.3
    for name, (low, high) in {
        "lifetime": (20, 40),
        "rain_fraction": (0.1, 0.5),
        "peak": (10, 20),
        "trend": (-0.5, 0.5),
        "shear": (-1, 1),
    }.items():
        few = 0.05 * (high - low)
        assert low - 1e-4 * few <= weather[name].min() < low + few
        assert high - few < weather[name].max() <= high + 1e-4 * few
    assert abs(np.mean(weather["shear_along_y"]) - 0.5) < 0.1


def test_share_of_rain_and_peak_are_those_of_the_weather():
    rain = AdvectedRain(image_shape=(64, 64), num_frames=12, max_trend=0)
    frames, weather = rain.batch(0, 16), rain.weather(0, 16)
    wet = np.mean(frames > 0, axis=(1, 2, 3, 4))
    # About: the field of one hour is not quite Gaussian.
    np.testing.assert_allclose(wet, weather["rain_fraction"], rtol=0.35, atol=0.02)
    np.testing.assert_allclose(frames.max(axis=(1, 2, 3, 4)), weather["peak"], rtol=1e-3)


def test_trend():
    rain = AdvectedRain(image_shape=(64, 64), num_frames=12, max_trend=3, rain_fraction=(0.2, 0.2))
    frames, weather = rain.batch(0, 24), rain.weather(0, 24)
    wet = np.mean(frames > 0, axis=(2, 3, 4))
    growth = wet[:, -1] - wet[:, 0]
    strong = np.abs(weather["trend"]) > 1
    assert strong.sum() > 8
    assert (np.sign(growth) == np.sign(weather["trend"]))[strong].all()


def test_one_frame_and_no_motion():
    rain = AdvectedRain((16, 8, 1), num_frames=1, max_speed=0, max_shear=0)
    frames = rain.batch(0, 2)
    assert frames.shape == (2, 1, 16, 8, 1) and np.isfinite(frames).all()


def test_card_and_repr():
    rain = AdvectedRain(**SIZES, lifetime=(30, 60))
    card = json.loads(json.dumps(rain.card()))
    assert card["generator"] == "AdvectedRain" and card["lifetime"] == [30, 60]
    assert repr(rain) == "AdvectedRain(image_shape=(32, 48, 1), num_frames=6, minutes=5, seed=0)"
    assert rain.value_range == (0.0, 60.0)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"image_shape": 64}, r"image_shape=64\. Required: \(height, width\)"),
        ({"image_shape": (64, 64, 3)}, r"image_shape=.*one channel"),
        ({"image_shape": (64, 4)}, "image_shape=4"),
        ({"num_frames": 0}, "num_frames=0"),
        ({"minutes": 0}, "minutes=0"),
        ({"seed": -1}, "seed=-1"),
        ({"max_speed": -1}, "max_speed=-1"),
        ({"max_shear": float("nan")}, "max_shear=nan"),
        ({"lifetime": (60, 30)}, r"lifetime=\(60, 30\).*first not above the second"),
        ({"lifetime": (30, "60")}, "lifetime='60'"),
        ({"lifetime": 60}, r"lifetime=60.*Pass the same number twice"),
        ({"rain_fraction": (0.0, 0.5)}, r"rain_fraction=0\.0"),
        ({"peak": (0.05, 5)}, r"peak=0\.05"),
        ({"max_trend": None}, "max_trend=None"),
    ],
)
def test_refusals(arguments, message):
    refused(f"AdvectedRain: received {message}", AdvectedRain, **arguments)


def test_refusals_of_methods():
    rain = AdvectedRain(**SIZES)
    refused(r"AdvectedRain\.as_dataset: received batch_size=0", rain.as_dataset, 0)
    refused(r"AdvectedRain\.as_dataset: received first_batch=-1", rain.as_dataset, 1, True, -1)
    refused("received num_parallel_batches=0", rain.as_dataset, 1, num_parallel_batches=0)
    refused(r"AdvectedRain\.batch: received number=-1", rain.batch, -1, 2)
    refused(r"AdvectedRain\.weather: received batch_size=0", rain.weather, 0, 0)
