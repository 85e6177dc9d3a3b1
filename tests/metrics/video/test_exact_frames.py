"""PSNR of the mean squared error, and how many frames have none, beside the metric and NumPy."""

import numpy as np
import pytest

from st_keras.metrics.video import PSNR, score_forecasts
from st_keras.metrics.video.exact_frames import ExactFrames
from st_keras.metrics.video.psnr_of_mean import PSNROfMean
from tests.metrics.video.frame_pairs import frame_pair

PROTOCOLS = ["thuml", "openstl", "float"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_of_one_frame_it_is_the_psnr(protocol):
    truth, forecast = frame_pair(batch=1)
    scores = score_forecasts(truth, forecast, 1.0, protocol)
    np.testing.assert_allclose(scores["psnr_of_mse"], scores["psnr"], rtol=1e-5)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_of_several_it_is_never_above_the_mean_psnr(protocol):
    truth, forecast = frame_pair()
    scores = score_forecasts(truth, forecast, 1.0, protocol)
    assert (scores["psnr_of_mse"] < scores["psnr"]).all()
    assert scores["exact_frames"].tolist() == [0] * 4


def test_against_numpy_with_units():
    random = np.random.default_rng(0)
    truth = random.uniform(250.0, 300.0, (3, 2, 8, 8, 1))
    forecast = truth + random.normal(size=truth.shape)
    forecast[1, 0] = truth[1, 0]
    scores = score_forecasts(truth, forecast, 300.0, "float", min_value=250.0, batch_size=2)
    expected = 20 * np.log10(50) - 10 * np.log10(np.square(truth - forecast).mean((0, 2, 3, 4)))
    np.testing.assert_allclose(scores["psnr_of_mse"], expected, rtol=1e-4)
    assert scores["exact_frames"].tolist() == [1, 0]
    assert np.isinf(scores["psnr"]).tolist() == [True, False]


def test_exact_as_the_protocol_sees_it():
    """Bytes are compared under "thuml": an error below one grey level is none."""
    truth = np.full((1, 1, 8, 8, 1), 100 / 255, "float32")
    forecast = truth + 0.2 / 255
    counts = {
        protocol: score_forecasts(truth, forecast, 1.0, protocol)["exact_frames"].tolist()
        for protocol in PROTOCOLS
    }
    assert counts == {"thuml": [1], "openstl": [0], "float": [0]}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_exact_is_where_psnr_is_infinite(protocol):
    truth, forecast = frame_pair(batch=2, steps=1)
    forecast[0] = truth[0]
    exact, psnr = (cls(protocol, horizon=1) for cls in (ExactFrames, PSNR))
    for metric in (exact, psnr):
        metric.update_state(truth, np.clip(forecast, 0, 1))
    assert exact.per_lead_time().numpy().tolist() == [1]
    assert np.isinf(psnr.per_lead_time()).all()
    assert PSNROfMean(protocol).facts == psnr.facts
