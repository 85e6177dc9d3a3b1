"""Waves live as long as was asked, and have their variance from the first frame on."""

import numpy as np
import pytest

from st_keras.datasets.advected_rain.living_modes import correlation, living_modes
from st_keras.datasets.advected_rain.wave_numbers import domain_size, wave_numbers
from st_keras.random.per_sample import per_sample_normal

SIZE, FRAMES, MINUTES = 64, 14, 5.0
WEATHER = {
    "outer_scale": 32.0,
    "slope": 3.0,
    "lifetime": 40.0,
    "lifetime_power": 1.1,
    "second_lifetime": 0.3,
}


def weather_of(count, **changed):
    return {name: np.full(count, v, "float32") for name, v in {**WEATHER, **changed}.items()}


@pytest.fixture(scope="module")
def modes():
    """Modes of 24 sequences of one weather."""
    noise = per_sample_normal(24, (FRAMES, 2, SIZE // 2 + 1, SIZE), 0, 0)
    return living_modes(weather_of(24), noise, MINUTES).numpy()


@pytest.mark.parametrize("longest", [64, 32, 16, 8, 4])
def test_correlation_of_each_band(modes, longest):
    *_, length, weight = wave_numbers(SIZE)
    waves = (1 / length > longest / 2) & (1 / length <= longest) & (weight > 0)
    lifetime = WEATHER["lifetime"] * (1 / (16 * length[waves])) ** WEATHER["lifetime_power"]
    of_band = modes[:, :, waves]
    power = np.mean(np.abs(of_band) ** 2, axis=(0, 1))
    for steps in (1, 2, 4, 8):
        product = np.real(of_band[:, steps:] * np.conj(of_band[:, :-steps]))
        measured = np.mean(product, axis=(0, 1)) / power
        asked = correlation(steps, lifetime / MINUTES, WEATHER["second_lifetime"])
        # Of few long waves it is less certain.
        assert abs(np.mean(measured) - np.mean(asked)) < 0.01 + 1 / np.sqrt(24 * waves.sum())


def test_longer_waves_live_longer():
    lifetimes = [correlation(4, 40 * (scale / 16) / MINUTES, 0.3) for scale in (4, 8, 16, 32, 64)]
    assert (np.diff(lifetimes) > 0.02).all()


def test_variance_stands_from_the_first_frame_on(modes):
    *_, length, weight = wave_numbers(SIZE)
    variance = (weight**2 * (length**2 + 32.0**-2) ** -1.5)[weight > 0]
    for t in (0, 1, 2, FRAMES - 1):
        share = np.mean(np.abs(modes[:, t, weight > 0]) ** 2, axis=0) / (2 * variance)
        assert abs(share.mean() - 1) < 0.02


def test_frozen_and_forgotten():
    noise = per_sample_normal(2, (3, 2, 9, 16), 0, 0)
    used = wave_numbers(16)[-1] > 0
    frozen = living_modes(weather_of(2, lifetime=1e9), noise, 5.0).numpy()
    np.testing.assert_allclose(frozen[:, 2], frozen[:, 0], atol=1e-3 * np.abs(frozen).max())
    without = weather_of(2, lifetime=1e-3, lifetime_power=0)
    forgotten = living_modes(without, noise, 5.0).numpy()
    shares = forgotten[:, :, used].real / noise.numpy()[:, :, 0][:, :, used]
    np.testing.assert_allclose(shares[:, 2], shares[:, 0], rtol=1e-4)


def test_correlation_is_that_of_the_recursion():
    r, q = np.exp(-1 / 6.0), np.exp(-1 / (0.3 * 6.0))
    expected = [1.0, (r + q) / (1 + r * q)]
    for _ in range(10):
        expected.append((r + q) * expected[-1] - r * q * expected[-2])
    np.testing.assert_allclose(correlation(np.arange(12), 6.0, 0.3), expected, rtol=1e-12)


@pytest.mark.parametrize("least, size", [(16, 16), (17, 18), (127, 128), (211, 216), (251, 256)])
def test_domain_size(least, size):
    assert domain_size(least) == size
