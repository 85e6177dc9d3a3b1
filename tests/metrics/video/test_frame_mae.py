import numpy as np
import pytest

from st_keras.metrics.video import FrameMAE
from tests.metrics.video.frame_pairs import frame_pair


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float"])
def test_equals_numpy_without_clipping(protocol, channels):
    truth, forecast = frame_pair(channels=channels)
    assert forecast.max() > 1 and forecast.min() < 0
    expected = np.abs(truth - forecast).sum(axis=(2, 3, 4)).mean(axis=0)
    metric = FrameMAE(protocol, horizon=4)
    metric.update_state(truth, forecast)
    np.testing.assert_allclose(metric.per_lead_time(), expected, rtol=1e-5)


def test_identical_frames_score_zero():
    truth, _ = frame_pair()
    metric = FrameMAE()
    metric.update_state(truth, truth)
    assert float(metric.result()) == 0.0
