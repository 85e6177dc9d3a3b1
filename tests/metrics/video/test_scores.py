import numpy as np
import pytest

from st_keras.metrics import scores_by_name
from st_keras.metrics.shown_scores import mean_score
from st_keras.metrics.video import (
    PROTOCOLS,
    SSIM,
    FrameMSE,
    PerLeadTimeMetric,
    persistence_forecast,
    register_score,
    score_forecasts,
    scores_table,
    skill,
)
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
INFINITE = TRUTH.copy()
INFINITE[1, 0, 3, 3] = np.inf


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: score_forecasts(TRUTH, FORECAST, 1.0, "gaussian"), r"'gaussian'.*one of 'thuml'"),
        (lambda: score_forecasts(TRUTH[0], FORECAST[0], 1.0), r"rank 5, axes \(B, T, H, W, C\)"),
        (lambda: score_forecasts(TRUTH, FORECAST[:1], 1.0), r"two arrays of one shape"),
        (lambda: score_forecasts(TRUTH[:0], FORECAST[:0], 1.0), r"no sequences"),
        (lambda: score_forecasts(TRUTH, HOLES, 1.0), r"NaN in y_pred where .*, sequence 1.*common"),
        (
            lambda: score_forecasts(TRUTH, FORECAST * np.inf, 1.0),
            r"inf in y_pred, sequence 0.*model",
        ),
        (lambda: score_forecasts(INFINITE, FORECAST, 1.0), r"inf in y_true, sequence 1.*or NaN"),
        (lambda: score_forecasts(HOLES * 255, FORECAST, 2.0), r"y_true from .* max_value=255"),
        (lambda: score_forecasts(TRUTH * np.nan, FORECAST, 1.0), r"without any valid.*test set"),
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


def test_persistence_takes_the_last_valid_value():
    context, _ = frame_pair(steps=4)
    holes = np.random.default_rng(0).random(context.shape) < 0.6
    context[holes] = np.nan
    forecast = persistence_forecast(context, 2)
    for place in np.ndindex(*context[:, 0].shape):
        known = [v for v in context[place[0], :, *place[1:]] if not np.isnan(v)]
        expected = known[-1] if known else np.nan
        np.testing.assert_array_equal(forecast[place[0], :, *place[1:]], [expected] * 2)
    assert np.isnan(forecast).any() and forecast.dtype == context.dtype


def test_a_score_that_does_not_know_of_missing_values_is_refused():
    @register_score
    class Unaware(PerLeadTimeMetric):
        score = "unaware_of_test"

        def score_frames(self, y_true, y_pred):
            return y_true[:, 0, 0, 0]

    try:
        message = r"NaN\) in y_true, sequence 1, with the score unaware.*Leave unaware_of_test out"
        with pytest.raises(ValueError, match=message):
            score_forecasts(HOLES, FORECAST, 1.0, scores=["mse", "unaware_of_test"])
    finally:
        del scores_by_name._REGISTERED["unaware_of_test"], PROTOCOLS["unaware_of_test"]


def test_a_lead_time_without_truth_is_left_out_of_the_mean():
    truth, forecast = frame_pair(batch=2, steps=3)
    truth[:, 1] = np.nan
    scores = score_forecasts(truth, forecast, 1.0, scores=["mse", "rmse", "psnr_of_mse"])
    apart = score_forecasts(
        truth[:, ::2], forecast[:, ::2], 1.0, scores=["mse", "rmse", "psnr_of_mse"]
    )
    for name, values in scores.items():
        assert np.isnan(values).tolist() == [False, True, False]
        assert mean_score(name, values) == pytest.approx(mean_score(name, apart[name]), rel=1e-6)
        assert np.isnan(mean_score(name, values[1:2]))
    table = scores_table({"net": scores}, width=200)
    assert table.splitlines()[1].split()[3] == "-"


def test_persistence_of_a_still_scene_is_perfect():
    still = np.repeat(frame_pair(steps=1)[0], 5, axis=1)
    scores = score_forecasts(still[:, 2:], persistence_forecast(still[:, :2], 3), 1.0)
    assert (scores["mse"] == 0).all() and np.isinf(scores["psnr"]).all()


def test_skill():
    np.testing.assert_allclose(skill([0.0, 5.0, 20.0], [10.0, 10.0, 10.0]), [1.0, 0.5, -1.0])
    np.testing.assert_array_equal(skill([0.0, 1.0], [0.0, 0.0]), [0.0, -np.inf])
    assert skill(1.0, 4.0) == 0.75
