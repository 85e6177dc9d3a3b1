import keras
import numpy as np
import pytest

from st_keras.metrics.video.valid_errors import ValidMeanAbsoluteError, ValidMeanSquaredError
from tests.metrics.video.frame_pairs import frame_pair

PAIRS = [
    (ValidMeanSquaredError, keras.metrics.MeanSquaredError, np.square),
    (ValidMeanAbsoluteError, keras.metrics.MeanAbsoluteError, np.abs),
]


@pytest.mark.parametrize("valid, plain, of", PAIRS)
def test_without_holes_it_is_keras(valid, plain, of):
    truth, forecast = frame_pair()
    one, other = valid(name="m"), plain(name="m")
    for weights in (None, np.array([1.0, 2.0, 0.0])):
        for metric in (one, other):
            metric.update_state(truth, forecast, weights)
        assert float(one.result()) == pytest.approx(float(other.result()), rel=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("valid, plain, of", PAIRS)
def test_with_holes_it_is_numpy(valid, plain, of, channels):
    truth, forecast = frame_pair(channels=channels)
    holes = np.random.default_rng(0).random(truth.shape) < 0.7
    truth[holes] = np.nan
    forecast[holes] = np.inf
    weights = np.array([1.0, 2.0, 0.5])
    metric = valid()
    for part in (slice(0, 1), slice(1, 3)):
        metric.update_state(truth[part], forecast[part], weights[part])
    counted = weights[:, None, None, None, None] * ~holes
    errors = np.where(holes, 0.0, of(truth - np.where(holes, 0, forecast)))
    assert float(metric.result()) == pytest.approx((counted * errors).sum() / counted.sum(), 1e-5)


@pytest.mark.parametrize("valid, plain, of", PAIRS)
def test_nan(valid, plain, of):
    truth, forecast = frame_pair()
    metric = valid()
    metric.update_state(np.full_like(truth, np.nan), forecast)
    assert np.isnan(float(metric.result())), "not 0, which would be the best of all"
    metric.update_state(truth, forecast)
    assert np.isfinite(float(metric.result()))
    forecast[0, 0, 0, 0] = np.nan
    metric.update_state(truth, forecast)
    assert np.isnan(float(metric.result()))
    assert valid.from_config(metric.get_config()).name == metric.name
