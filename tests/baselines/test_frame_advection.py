"""Last motion goes on, in frames of any kind."""

import numpy as np
import pytest

from st_keras.baselines import FrameAdvection, Persistence, make_frame_baseline
from tests.refusals import refused


def drift(steps, channels=1, speed=(1, 2), size=(48, 72), seed=0):
    """Smooth blobs (1, steps, H, W, channels) that move `speed` pixels a step."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[: size[0], : size[1]]
    frames = np.zeros((1, steps, *size, channels))
    for _ in range(12):
        row, column = random.uniform(0, size[0]), random.uniform(0, size[1])
        for t in range(steps):
            distance = (y - row - speed[0] * t) ** 2 + (x - column - speed[1] * t) ** 2
            frames[0, t] += np.exp(-distance / 20)[..., None] * random.uniform(0.5, 1.0, channels)
    return frames


@pytest.mark.parametrize(("channels", "scale"), [(1, 1.0), (3, 255.0), (1, 1e-6)])
def test_what_moves_moves_on(channels, scale):
    frames = scale * drift(9, channels)
    told = FrameAdvection().forecast(frames[:, :5], horizon=4)
    stays = Persistence().forecast(frames[:, :5], horizon=4)
    inner = np.s_[:, :, 12:-12, 12:-12]
    own, other = (np.abs(each - frames[:, 5:])[inner].mean() for each in (told, stays))
    assert own < 0.25 * other
    assert not np.isnan(told).any()


def test_it_is_translated_by_its_motion():
    frames = drift(6)
    told = FrameAdvection().forecast(frames[:, :5], horizon=1)[0, 0, ..., 0]
    moved = np.roll(frames[0, 4, ..., 0], (1, 2), axis=(0, 1))
    assert np.abs(told - moved)[12:-12, 12:-12].max() < 0.1 * frames.max()


def test_what_comes_from_outside_stays():
    frames = drift(5, speed=(0, 3))
    told = FrameAdvection().forecast(frames, horizon=6)
    np.testing.assert_allclose(told[0, 5, :, 0], frames[0, 4, :, 0], atol=1e-6)


def test_missing_values():
    frames = drift(5)
    frames[:, :, :, :10] = np.nan
    frames[:, 4, 20:24, 30:34] = np.nan  # the last frame has a hole: what stood there before
    told = FrameAdvection().forecast(frames, horizon=2)
    assert np.isnan(told[:, :, :, :10]).all() and not np.isnan(told[:, :, :, 10:]).any()
    assert not np.isnan(FrameAdvection(fill=0.0).forecast(frames, horizon=2)).any()


def test_what_cannot_be_tracked_stays():
    single = drift(1)
    np.testing.assert_array_equal(
        FrameAdvection().forecast(single, 2), np.repeat(single, 2, axis=1)
    )
    small = drift(3, size=(16, 16))
    np.testing.assert_allclose(FrameAdvection().forecast(small, 1)[:, 0], small[:, -1], atol=1e-6)


def test_by_name():
    assert isinstance(make_frame_baseline("advection"), FrameAdvection)
    assert isinstance(make_frame_baseline("persistence"), Persistence)
    refused("'sprog', a baseline of rain", make_frame_baseline, "sprog")
    refused("'hail'", make_frame_baseline, "hail")
