import numpy as np
import pytest
from skimage.metrics import structural_similarity

from st_keras.metrics.video import SSIM
from tests.metrics.video.frame_pairs import as_bytes, frame_pair


def expected_ssim(truth, forecast, protocol):
    """Per lead time, frame by frame with scikit-image as the published codes call it."""
    options = {"channel_axis": -1}
    if protocol == "thuml":
        truth, forecast = as_bytes(truth), as_bytes(forecast)
        options["data_range"] = 255
    else:
        forecast = forecast if protocol == "float" else np.clip(forecast, 0, 1)
        options["data_range"] = {"openstl": 2.0, "float": 1.0, "gaussian": 1.0}[protocol]
    if protocol == "gaussian":
        options |= {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    scores = [
        [structural_similarity(a, b, **options) for a, b in zip(t, f, strict=True)]
        for t, f in zip(truth, forecast, strict=True)
    ]
    return np.mean(scores, axis=0)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float", "gaussian"])
def test_equals_scikit_image(protocol, channels):
    truth, forecast = frame_pair(channels=channels)
    metric = SSIM(protocol, horizon=4)
    metric.update_state(truth, forecast)
    expected = expected_ssim(truth, forecast, protocol)
    np.testing.assert_allclose(metric.per_lead_time(), expected, atol=1e-5)


@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float", "gaussian"])
def test_identical_frames_score_one(protocol):
    truth, _ = frame_pair()
    metric = SSIM(protocol)
    metric.update_state(truth, truth)
    assert float(metric.result()) == pytest.approx(1.0, abs=1e-6)


def test_openstl_inflates():
    truth, forecast = frame_pair()
    scores = {}
    for protocol in ("thuml", "openstl", "float", "gaussian"):
        metric = SSIM(protocol)
        metric.update_state(truth, forecast)
        scores[protocol] = float(metric.result())
    assert scores["openstl"] > scores["float"] + 0.02
    assert len({round(v, 5) for v in scores.values()}) == 4


def test_frames_smaller_than_the_window():
    small = np.zeros((1, 1, 6, 8, 1))
    with pytest.raises(
        ValueError, match=r"SSIM: received frames of 6x8 pixels with protocol='thuml'.*at least 7"
    ):
        SSIM().update_state(small, small)
    medium = np.zeros((1, 1, 16, 10, 1))
    SSIM().update_state(medium, medium)
    with pytest.raises(ValueError, match=r"16x10 pixels.*at least 11.*smaller window"):
        SSIM("gaussian").update_state(medium, medium)
