import numpy as np
import pytest

from st_keras.metrics.video import SSIM, FrameMSE, persistence_forecast, score_forecasts, skill
from tests.metrics.video.frame_pairs import frame_pair


@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float"])
def test_score_forecasts_equals_the_metrics(protocol):
    truth, forecast = frame_pair(batch=5)
    scores = score_forecasts(truth, forecast, 1.0, protocol, batch_size=2)
    assert list(scores) == ["mse", "mae", "ssim", "psnr", "psnr_of_mse", "exact_frames"]
    for cls, name in ((FrameMSE, "mse"), (SSIM, "ssim")):
        metric = cls(protocol, horizon=4)
        metric.update_state(truth, forecast)
        np.testing.assert_allclose(scores[name], metric.per_lead_time(), rtol=1e-5)
    assert all(isinstance(s, np.ndarray) and s.shape == (4,) for s in scores.values())


def test_protocols_differ():
    truth, forecast = frame_pair()
    thuml, openstl = (score_forecasts(truth, forecast, 1.0, p) for p in ("thuml", "openstl"))
    assert (thuml["mse"] < openstl["mse"]).all()
    assert (thuml["ssim"] < openstl["ssim"]).all()


TRUTH, FORECAST = frame_pair(batch=2, steps=2, height=8, width=8)
HOLES = np.clip(FORECAST, 0, 1)
HOLES[1, 0, 3, 3] = np.nan


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: score_forecasts(TRUTH, FORECAST, 1.0, "gaussian"), r"'gaussian'.*one of 'thuml'"),
        (lambda: score_forecasts(TRUTH[0], FORECAST[0], 1.0), r"rank 5, axes \(B, T, H, W, C\)"),
        (lambda: score_forecasts(TRUTH, FORECAST[:1], 1.0), r"two arrays of one shape"),
        (lambda: score_forecasts(TRUTH[:0], FORECAST[:0], 1.0), r"no sequences"),
        (lambda: score_forecasts(TRUTH, HOLES, 1.0), r"NaN or inf in y_pred, sequence 1.*fill"),
        (lambda: score_forecasts(HOLES, FORECAST, 2.0, batch_size=1), r"y_true, sequence 1"),
        (lambda: score_forecasts(TRUTH * 255, FORECAST, 1.0), r"y_true from .* max_value=255"),
        (lambda: score_forecasts(TRUTH, FORECAST, 1.0, batch_size=0), r"batch_size=0"),
        (lambda: persistence_forecast(TRUTH[0], 3), r"persistence_forecast: received context"),
        (lambda: persistence_forecast(TRUTH, 0), r"horizon=0"),
        (lambda: persistence_forecast(TRUTH[:, :0], 3), r"number of context frames=0"),
        (lambda: skill([1.0], [1.0, 2.0]), r"skill: received score of shape \(1,\).*same score"),
        (lambda: skill([-1.0], [1.0]), r"smallest -1.*without negative errors"),
    ],
)
def test_errors_have_three_parts(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_persistence_repeats_the_last_frame():
    context, _ = frame_pair(steps=3)
    forecast = persistence_forecast(context, 6)
    assert forecast.shape == (3, 6, 20, 17, 1) and forecast.dtype == context.dtype
    for k in range(6):
        np.testing.assert_array_equal(forecast[:, k], context[:, -1])


def test_persistence_of_a_still_scene_is_perfect():
    still = np.repeat(frame_pair(steps=1)[0], 5, axis=1)
    scores = score_forecasts(still[:, 2:], persistence_forecast(still[:, :2], 3), 1.0)
    assert (scores["mse"] == 0).all() and np.isinf(scores["psnr"]).all()


def test_skill():
    np.testing.assert_allclose(skill([0.0, 5.0, 20.0], [10.0, 10.0, 10.0]), [1.0, 0.5, -1.0])
    np.testing.assert_array_equal(skill([0.0, 1.0], [0.0, 0.0]), [0.0, -np.inf])
    assert skill(1.0, 4.0) == 0.75
