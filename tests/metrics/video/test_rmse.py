import numpy as np
import pytest

from st_keras.metrics.shown_scores import mean_score
from st_keras.metrics.video import RMSE, FrameMSE, score_forecasts
from tests.metrics.video.frame_pairs import frame_pair


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float"])
def test_equals_numpy(protocol, channels):
    truth, forecast = frame_pair(channels=channels)
    scored = np.clip(forecast, 0, 1) if protocol == "thuml" else forecast
    squares = np.square(truth - scored)
    metric = RMSE(protocol, horizon=4)
    for part in (slice(0, 2), slice(2, 3)):
        metric.update_state(truth[part], forecast[part])
    expected = np.sqrt(squares.mean((0, 2, 3, 4)))
    np.testing.assert_allclose(metric.per_lead_time(), expected, rtol=1e-5)
    assert float(metric.result()) == pytest.approx(np.sqrt(squares.mean()), rel=1e-5)


def test_is_no_mean_of_roots():
    truth, forecast = np.zeros((2, 1, 4, 4, 1)), np.zeros((2, 1, 4, 4, 1))
    forecast[0] = 0.5
    metric = RMSE()
    metric.update_state(truth, forecast)
    assert float(metric.result()) == pytest.approx(np.sqrt(0.125))  # not 0.25


def test_follows_from_the_mse():
    truth, forecast = frame_pair()
    rmse, mse = RMSE(), FrameMSE()
    for metric in (rmse, mse):
        metric.update_state(truth, forecast)
    assert 20 * 17 * float(rmse.result()) ** 2 == pytest.approx(float(mse.result()), rel=1e-5)


def test_times_the_range_it_is_in_the_units_of_the_frames():
    truth, forecast = frame_pair()
    kelvin = [250 + 50 * frames for frames in (truth, forecast)]
    scores = score_forecasts(*kelvin, 300.0, "float", min_value=250.0, scores=["rmse"])
    expected = np.sqrt(np.square(kelvin[0] - kelvin[1]).mean((0, 2, 3, 4)))
    assert list(scores) == ["rmse"]
    np.testing.assert_allclose(50 * scores["rmse"], expected, rtol=1e-4)
    errors = np.square(kelvin[0] - kelvin[1]).mean()
    assert 50 * mean_score("rmse", scores["rmse"]) == pytest.approx(np.sqrt(errors), rel=1e-4)
