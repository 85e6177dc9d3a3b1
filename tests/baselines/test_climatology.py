"""The forecast of the mean."""

import numpy as np
import pytest

from st_keras.baselines import Climatology
from tests.refusals import refused

FRAMES = np.random.default_rng(0).random((4, 5, 6, 3, 2))
FRAMES[FRAMES < 0.2] = np.nan
FRAMES[:, :, 0, 0, 0] = np.nan  # never any data


@pytest.mark.parametrize("parts", [1, 2, 4])
def test_mean_of_each_pixel_from_any_batches(parts):
    model = Climatology().fit(iter(np.split(FRAMES, parts)))
    forecast = model.forecast(FRAMES[:1, :2], horizon=3)
    expected = np.full((6, 3, 2), np.nan)
    for place in np.ndindex(6, 3, 2):
        values = FRAMES[(slice(None), slice(None), *place)]
        if np.isfinite(values).any():
            expected[place] = np.mean(values[np.isfinite(values)])
    np.testing.assert_allclose(forecast, np.broadcast_to(expected, forecast.shape), rtol=1e-12)
    assert np.isnan(forecast[..., 0, 0, 0]).all() and np.isfinite(forecast).sum() == 3 * 35


def test_one_mean_for_each_channel_fits_frames_of_any_size():
    model = Climatology(by_pixel=False).fit([FRAMES, FRAMES[:, :2, :3]])
    expected = [
        np.nanmean(np.concatenate([FRAMES[..., c].ravel(), FRAMES[:, :2, :3, :, c].ravel()]))
        for c in (0, 1)
    ]
    forecast = model.forecast(np.zeros((2, 1, 9, 9, 2)), horizon=2)
    np.testing.assert_allclose(forecast, np.broadcast_to(expected, (2, 2, 9, 9, 2)), rtol=1e-12)


def test_it_has_the_lowest_squared_error_of_all_constant_fields():
    whole = np.random.default_rng(1).random((50, 2, 3, 3, 1))
    forecast = Climatology().fit(whole).forecast(whole[:1, :1], 1)
    errors = [np.mean((whole - (forecast[:, :1] + step)) ** 2) for step in (-0.01, 0.0, 0.01)]
    assert errors[1] < min(errors[0], errors[2])


def test_refusals():
    context = np.zeros((1, 2, 6, 3, 2))
    refused("that has seen no frames", Climatology().forecast, context, 1)
    refused("without any valid value", Climatology().fit, np.full((1, 1, 2, 2, 1), np.nan))
    refused("without any valid value", Climatology().fit, [])
    refused("after others of another size", Climatology().fit, [FRAMES, FRAMES[:, :, :3]])
    refused("frames of shape .* rank 4", Climatology().fit, FRAMES[0])
    refused(r"a context of \(H, W, C\)", Climatology().fit(FRAMES).forecast, context[:, :, :3], 1)
    model = Climatology(by_pixel=False).fit(FRAMES)
    refused(r"a context of \(H, W, C\)", model.forecast, context[..., :1], 1)
