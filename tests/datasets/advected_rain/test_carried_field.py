"""Air moves as the flow says, between pixels as well."""

import numpy as np
import pytest

from st_keras.datasets import AdvectedRain
from st_keras.datasets.advected_rain.carried_field import carried_field
from st_keras.datasets.advected_rain.wave_numbers import wave_numbers

SIZE, FRAMES = 48, 5
FROZEN = {"lifetime": (1e9, 1e9), "max_trend": 0, "max_shear": 0}


def frozen_modes():
    """Modes of one field, the same in all frames, and the function of (y, x) that it is."""
    rng = np.random.default_rng(0)
    ky, kx, length, weight = wave_numbers(SIZE)
    modes = rng.normal(size=(2, *length.shape)) * weight * (length < 0.2)
    modes = modes[0] + 1j * modes[1]

    def value(y, x):
        waves = np.exp(2j * np.pi * (ky * y[..., None, None] + kx[:, None] * x[..., None, None]))
        times = np.where(kx > 0, 2.0, 1.0)[:, None]
        return np.sum(np.real(times * modes * waves), axis=(-1, -2)) / SIZE**2

    return np.repeat(modes[None, None].astype("complex64"), FRAMES, axis=1), value


def weather_of(velocity, shear, phase, along_y):
    drawn = {"velocity": velocity, "shear": shear, "shear_phase": phase, "shear_along_y": along_y}
    return {name: np.array([value], "float32") for name, value in drawn.items()}


def places_at_time_0(velocity, shear, phase, y, x, time, parts=400):
    """Follow air back from (y, x) at `time` in many small steps (midpoint rule)."""
    step = time / parts
    for _ in range(parts):
        middle = y - 0.5 * step * velocity[0]
        x = x - step * (velocity[1] + shear * np.sin(2 * np.pi * middle / SIZE + phase))
        y = y - step * velocity[0]
    return y, x


@pytest.mark.parametrize(
    "velocity, shear", [((0.0, 0.0), 0.0), ((1.7, -2.4), 0.0), ((0.0, 1.0), 0.8), ((-1.3, 0.6), -1)]
)
@pytest.mark.parametrize("along_y", [0.0, 1.0])
def test_frames_lie_on_the_paths_of_the_air(velocity, shear, along_y):
    modes, value = frozen_modes()
    frames = carried_field(modes, weather_of(velocity, shear, 0.7, along_y), 20, 28).numpy()
    assert frames.shape == (1, FRAMES, 20, 28)
    y, x = np.mgrid[0:20:3, 0:28:3].astype(float)
    if along_y:
        y, x, velocity = x, y, velocity[::-1]
    for t, frame in enumerate(frames[0]):
        expected = value(*places_at_time_0(velocity, shear, 0.7, y, x, t - (FRAMES - 1) / 2))
        np.testing.assert_allclose(frame[::3, ::3], expected, atol=1e-4 * np.abs(frames).max())


def shift_between(a, b):
    """Displacement (y, x) of `b` against `a`, in whole pixels, where they are most alike."""
    farthest, best = 14, (np.inf, None)
    for y in range(-farthest, farthest + 1):
        for x in range(-farthest, farthest + 1):
            rows = slice(max(y, 0), len(a) + min(y, 0)), slice(max(-y, 0), len(a) - max(y, 0))
            columns = slice(max(x, 0), len(a) + min(x, 0)), slice(max(-x, 0), len(a) - max(x, 0))
            gap = np.mean((b[rows[0], columns[0]] - a[rows[1], columns[1]]) ** 2)
            best = min(best, (gap, (y, x)))
    return best[1]


def test_the_motion_of_rain_is_found():
    rain = AdvectedRain((48, 48), num_frames=4, rain_fraction=(0.2, 0.4), **FROZEN)
    frames, velocity = rain.batch(0, 8)[..., 0], rain.weather(0, 8)["velocity"]
    assert np.abs(velocity).max() > 2
    levels = np.log(np.maximum(frames, 0.05))
    found = [shift_between(sequence[0], sequence[3]) for sequence in levels]
    np.testing.assert_allclose(found, 3 * velocity, atol=0.8)  # of whole pixels


def test_rain_flows_in_from_outside_and_does_not_come_back():
    frames = 9
    rain = AdvectedRain((16, 16), frames, rain_fraction=(0.3, 0.6), **FROZEN)
    levels, weather = rain.batch(0, 64)[..., 0], rain.weather(0, 64)
    levels = np.log(np.maximum(levels, 0.05))
    fast = np.abs(weather["velocity"]).max(axis=1) * (frames - 1) > 20  # all has left
    assert fast.sum() > 8
    apart = np.square(levels[fast, 0] - levels[fast, -1]).mean(axis=(1, 2))
    assert (apart > 0.2 * levels[fast].var(axis=(1, 2, 3))).all()
