import numpy as np
import pytest

from st_keras.metrics.radar import error_sums, rain_errors
from tests.metrics.radar.rain_fields import rain_pair
from tests.refusals import refused


def test_equal_to_what_is_left_of_each_lead_time():
    truth, forecast = rain_pair(channels=2)
    forecast[np.isnan(truth)] = np.nan
    found = rain_errors(truth, forecast)
    for lead in range(truth.shape[1]):
        valid = ~np.isnan(truth[:, lead])
        came, told = truth[:, lead][valid], forecast[:, lead][valid]
        assert found["mae"][lead] == pytest.approx(np.mean(np.abs(told - came)))
        assert found["rmse"][lead] == pytest.approx(np.sqrt(np.mean((told - came) ** 2)))
        assert found["mean_error"][lead] == pytest.approx(np.mean(told) - np.mean(came))
        assert found["ratio"][lead] == pytest.approx(np.sum(told) / np.sum(came))


def test_float32_frames_are_summed_in_float64():
    truth = np.full((1, 1, 2000, 2000, 1), 0.1, "float32")
    sums = error_sums(truth, 3 * truth)
    exact = float(np.float32(0.1)) * truth.size
    assert sums.observed[0] == pytest.approx(exact, rel=1e-12)
    assert sums.observed.dtype == "float64"


def test_windows_and_batches_add_up():
    truth, forecast = rain_pair(batch=4)
    whole = rain_errors(truth, forecast)
    windows = error_sums(truth, forecast, by_window=True)
    parts = error_sums(truth[:3], forecast[:3]) + error_sums(truth[3:], forecast[3:])
    assert windows.valid.shape == (4, 4)
    for other in (windows, parts):
        for name, values in other.scores().items():
            np.testing.assert_allclose(values, whole[name], rtol=1e-12)
    refused(r"shapes \(4,\) and \(4, 4\)", lambda: parts + windows)


def test_nothing_known_or_nothing_to_rain():
    truth, forecast = rain_pair(batch=1)
    truth[:, 0] = np.nan
    truth[:, 1] = 0.0
    forecast[0, 2][~np.isnan(truth[0, 2])] = np.nan
    found = rain_errors(truth, forecast)
    assert [np.isnan(found[name]).tolist() for name in ("mae", "rmse", "mean_error")] == [
        [True, False, True, False]
    ] * 3
    assert np.isnan(found["ratio"]).tolist() == [True, True, True, False]


def test_refusals():
    frames = np.zeros((1, 2, 3, 3, 1))
    refused(r"rain_errors: .*one shape", rain_errors, frames, frames[:, :1])
    refused(r"inf in y_true", rain_errors, frames + np.inf, frames)
