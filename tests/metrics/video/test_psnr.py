import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from st_keras.metrics.video import PSNR
from tests.metrics.video.frame_pairs import as_bytes, frame_pair


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float"])
def test_equals_scikit_image(protocol, channels):
    truth, forecast = frame_pair(channels=channels)
    metric = PSNR(protocol, horizon=4)
    metric.update_state(truth, forecast)
    if protocol == "thuml":
        a, b, white = as_bytes(truth), as_bytes(forecast), 255
    else:
        a, b, white = truth, np.clip(forecast, 0, 1) if protocol == "openstl" else forecast, 1.0
    expected = [
        np.mean([peak_signal_noise_ratio(a[n, k], b[n, k], data_range=white) for n in range(3)])
        for k in range(4)
    ]
    np.testing.assert_allclose(metric.per_lead_time(), expected, rtol=1e-5)


def test_bytes_in_user_units_are_not_changed():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 1, 3, 9, 9, 1), dtype=np.uint8)
    metric = PSNR(max_value=255)
    metric.update_state(a, b)
    expected = np.mean([peak_signal_noise_ratio(a[0, k], b[0, k]) for k in range(3)])
    assert float(metric.result()) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float"])
def test_identical_frames_are_infinite(protocol):
    truth, _ = frame_pair()
    metric = PSNR(protocol)
    metric.update_state(truth, truth)
    assert float(metric.result()) == np.inf


def test_protocols_differ():
    truth, forecast = frame_pair()
    results = set()
    for protocol in ("thuml", "openstl", "float"):
        metric = PSNR(protocol)
        metric.update_state(truth, forecast)
        results.add(round(float(metric.result()), 4))
    assert len(results) == 3
