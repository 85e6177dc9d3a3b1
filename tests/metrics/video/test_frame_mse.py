import numpy as np
import pytest

from st_keras.metrics.video import FrameMSE
from tests.metrics.video.frame_pairs import frame_pair


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float"])
def test_equals_numpy(protocol, channels):
    truth, forecast = frame_pair(channels=channels)
    scored = np.clip(forecast, 0, 1) if protocol == "thuml" else forecast
    expected = np.square(truth - scored).sum(axis=(2, 3, 4)).mean(axis=0)
    metric = FrameMSE(protocol, horizon=4)
    metric.update_state(truth, forecast)
    np.testing.assert_allclose(metric.per_lead_time(), expected, rtol=1e-5)
    assert float(metric.result()) == pytest.approx(expected.mean(), rel=1e-5)


def test_published_loop():
    # The loop of predrnn-pytorch core/trainer.py; its "mse per seq" is the horizon times ours.
    truth, forecast = frame_pair()
    per_sequence = 0.0
    for k in range(4):
        clipped = np.minimum(np.maximum(forecast[:, k], 0), 1)
        per_sequence += np.square(truth[:, k] - clipped).sum() / len(truth)
    metric = FrameMSE()
    metric.update_state(truth, forecast)
    assert float(metric.result()) * 4 == pytest.approx(per_sequence, rel=1e-5)


def test_clipping_separates_the_protocols():
    truth, forecast = np.ones((1, 1, 4, 4, 1)), np.full((1, 1, 4, 4, 1), 2.0)
    results = {}
    for protocol in ("thuml", "openstl"):
        metric = FrameMSE(protocol)
        metric.update_state(truth, forecast)
        results[protocol] = float(metric.result())
    assert results == {"thuml": 0.0, "openstl": 16.0}


def test_identical_frames_score_zero():
    truth, _ = frame_pair()
    metric = FrameMSE()
    metric.update_state(truth, truth)
    assert float(metric.result()) == 0.0
