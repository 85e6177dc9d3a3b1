"""Scores of frames with missing values: against NumPy, window by window, and their properties."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.metrics.video import (
    PSNR,
    RMSE,
    SSIM,
    FrameMAE,
    FrameMSE,
    PerLeadTimeMetric,
    score_forecasts,
)
from st_keras.metrics.video.exact_frames import ExactFrames
from st_keras.metrics.video.missing_values import is_missing, nan_where, valid_weights
from st_keras.metrics.video.psnr_of_mean import PSNROfMean
from tests.metrics.video.every_metric import COMPILED, METRICS
from tests.metrics.video.frame_pairs import as_bytes, frame_pair
from tests.metrics.video.toy_csi import CSI
from tests.refusals import refused

SSIM_PROTOCOLS = ["thuml", "openstl", "float", "gaussian"]


def holed_pair(channels=1, share=0.02, **sizes):
    """A truth with a wholly missing frame, a missing lead time, and scattered holes."""
    truth, forecast = frame_pair(channels=channels, **sizes)
    holes = np.random.default_rng(1).random(truth.shape) < share
    truth[holes] = np.nan
    truth[1, 0] = np.nan
    truth[:, 2] = np.nan
    return truth, forecast


def prepared(truth, forecast, metric):
    """Frames as NumPy scales them under the metric's protocol, float64."""
    if metric.facts.get("as_bytes"):
        whole = np.isnan(truth)
        truth = np.where(whole, np.nan, as_bytes(np.nan_to_num(truth)))
        return truth.astype(float), as_bytes(forecast).astype(float)
    scored = np.clip(forecast, 0, 1) if metric.facts.get("clip") else forecast
    return truth.astype(float), scored.astype(float)


def pooled_mse(truth, forecast):
    """Per lead time, over all valid values; NaN without one."""
    squares = np.square(truth - forecast)
    valid = ~np.isnan(truth)
    with np.errstate(invalid="ignore"):
        return np.where(valid, squares, 0).sum((0, 2, 3, 4)) / valid.sum((0, 2, 3, 4))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", ["thuml", "openstl", "float"])
@pytest.mark.parametrize("cls", [FrameMSE, FrameMAE, RMSE, PSNROfMean, PSNR, ExactFrames])
def test_equals_numpy(cls, protocol, channels):
    truth, forecast = holed_pair(channels)
    forecast[2, 3] = np.nan_to_num(truth[2, 3])  # exact where the truth is valid
    metric = cls(protocol, horizon=4)
    for part in (slice(0, 2), slice(2, 3)):
        metric.update_state(truth[part], forecast[part])
    truth, forecast = prepared(truth, forecast, metric)
    valid, size = ~np.isnan(truth), truth[0, 0].size
    white = metric.facts.get("data_range")
    with np.errstate(invalid="ignore", divide="ignore"):
        if cls is FrameMAE:
            errors = np.where(valid, np.abs(truth - forecast), 0).sum((0, 2, 3, 4))
            expected = size * errors / valid.sum((0, 2, 3, 4))
        elif cls in (PSNR, ExactFrames):
            count = valid.sum((2, 3, 4))
            mse = np.where(valid, np.square(truth - forecast), 0).sum((2, 3, 4)) / count
            scores = 10 * np.log10(white**2 / mse) if cls is PSNR else 1.0 * (mse == 0)
            scored = count > 0
            total = np.where(scored, scores, 0).sum(0)
            expected = total / scored.sum(0) if cls is PSNR else total
        else:
            mse = pooled_mse(truth, forecast)
            expected = {
                FrameMSE: mse * size,
                RMSE: np.sqrt(mse),
                PSNROfMean: 10 * np.log10((white or 1) ** 2 / mse),
            }[cls]
    np.testing.assert_allclose(metric.per_lead_time(), expected, rtol=2e-5)
    assert np.isnan(expected[2]) or cls is ExactFrames, "a lead time without any truth"


def ssim_maps(truth, forecast, protocol):
    """SSIM of each window by its definition, (H', W', C), NaN where a window holds a hole."""
    facts = SSIM.protocols[protocol]
    side, white = facts["window"], facts["data_range"]
    weights = np.full((side, side), 1.0 / side**2)
    if facts["weighting"] == "gaussian":
        line = np.exp(-0.5 * ((np.arange(side) - side // 2) / 1.5) ** 2)
        weights = np.outer(line, line) / line.sum() ** 2
    sample = side**2 / (side**2 - 1) if facts["weighting"] == "uniform" else 1.0
    x, y = (
        np.lib.stride_tricks.sliding_window_view(f, (side, side), (0, 1)) for f in (truth, forecast)
    )
    mx, my = ((v * weights).sum((-1, -2)) for v in (x, y))
    dx, dy = x - mx[..., None, None], y - my[..., None, None]
    vx, vy, cov = (
        sample * (weights * product).sum((-1, -2)) for product in (dx * dx, dy * dy, dx * dy)
    )
    c1, c2 = (0.01 * white) ** 2, (0.03 * white) ** 2
    return (2 * mx * my + c1) * (2 * cov + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("protocol", SSIM_PROTOCOLS)
def test_ssim_is_the_mean_over_whole_windows(protocol, channels):
    truth, forecast = holed_pair(channels, share=0.004)
    truth[0, 1, 10, :] = np.nan  # rows of windows, but no 11 rows: not a whole gaussian window
    metric = SSIM(protocol, horizon=4)
    for part in (slice(0, 2), slice(2, 3)):
        metric.update_state(truth[part], forecast[part])
    expected = np.full((3, 4), np.nan)
    for n, t in np.ndindex(3, 4):
        maps = ssim_maps(*prepared(truth[n, t], forecast[n, t], metric), protocol)
        if not np.isnan(maps).all():
            expected[n, t] = np.nanmean(maps)
    scored = ~np.isnan(expected)
    assert scored[:, 1].any() and not scored[:, 2].any()
    with np.errstate(invalid="ignore"):
        expected = np.nansum(expected, 0) / scored.sum(0)
    np.testing.assert_allclose(metric.per_lead_time(), expected, atol=2e-5)


@pytest.mark.parametrize("protocol", SSIM_PROTOCOLS)
def test_a_frame_without_a_whole_window_does_not_count(protocol):
    truth, forecast = frame_pair(batch=2, steps=1)
    holed = truth.copy()
    holed[0, :, ::6, ::6] = np.nan  # every window of 7 has one
    metric, other = SSIM(protocol, horizon=1), SSIM(protocol, horizon=1)
    metric.update_state(holed, forecast)
    other.update_state(truth[1:], forecast[1:])
    assert float(metric.result()) == pytest.approx(float(other.result()), abs=1e-6)


@pytest.mark.parametrize("cls", METRICS)
def test_what_stands_where_the_truth_is_missing_is_not_looked_at(cls):
    truth, forecast = holed_pair()
    garbled = forecast.copy()
    garbled[np.isnan(truth)] = np.random.default_rng(2).choice(
        [np.nan, np.inf, -1e30, 0.0], np.isnan(truth).sum()
    )
    scores = []
    for frames in (forecast, garbled):
        metric = cls(horizon=4)
        metric.update_state(truth, frames)
        scores.append(metric.per_lead_time().numpy())
    np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("cls", METRICS)
def test_nan_in_the_forecast_of_a_valid_value_is_no_score(cls, holes):
    truth, forecast = holed_pair() if holes else frame_pair()
    truth[0, 1, 0, 0], truth[0, 1, 3, 0] = 0.5, np.nan if holes else 0.5
    forecast[0, 1, 0, 0] = np.nan  # with holes it lies in no whole window of the SSIM
    metric = cls(horizon=4)
    metric.update_state(truth, forecast)
    scores = metric.per_lead_time().numpy()
    if cls is ExactFrames:
        assert scores.tolist() == [0, 0, 0, 0], "counted as any error is"
        return
    assert np.isnan(scores).tolist() == [False, True, holes, False]
    assert np.isnan(metric.result())


@pytest.mark.parametrize("cls", METRICS)
def test_without_a_hole_every_bit_is_as_before(cls):
    """The sums of frames that hold NaN nowhere are those of the formula without a mask."""
    truth, forecast = frame_pair()
    metric = cls(horizon=4)
    metric.update_state(truth, forecast)
    frames = [
        metric._prepare(keras.ops.reshape(f, (-1, *f.shape[2:])), clip)
        for f, clip in ((truth, False), (forecast, metric.facts.get("clip")))
    ]
    for name, values in metric.sums_of_frames(*frames).items():
        kept = keras.ops.reshape(keras.ops.cast(values, "float64"), truth.shape[:2])
        expected = keras.ops.sum(kept, axis=0)
        np.testing.assert_array_equal(metric._sums[name].numpy(), expected)
    assert metric._sums["frames"].numpy().tolist() == [3.0] * 4


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize("cls", COMPILED)
def test_graph_equals_eager_with_and_without_holes(cls, jit):
    graph, eager = cls(horizon=4), cls(horizon=4)
    spec = tf.TensorSpec((None, None, 20, 17, 1), tf.float32)
    step = tf.function(graph.update_state, input_signature=[spec, spec], jit_compile=jit)
    for pair in (frame_pair(), holed_pair(seed=3)):
        step(*pair)
        eager.update_state(*pair)
    np.testing.assert_allclose(graph.per_lead_time(), eager.per_lead_time(), rtol=1e-5)


def test_two_replicas_equal_one(two_replicas):
    truth, forecast = holed_pair(batch=4)
    with two_replicas.scope():
        metrics = [RMSE(horizon=4), SSIM(horizon=4)]
    data = tf.data.Dataset.from_tensor_slices((truth, forecast)).batch(4)

    @tf.function
    def step(batch):
        for metric in metrics:
            two_replicas.run(metric.update_state, args=batch)

    for batch in two_replicas.experimental_distribute_dataset(data):
        step(batch)
    for metric in metrics:
        single = type(metric)(horizon=4)
        single.update_state(truth, forecast)
        np.testing.assert_allclose(metric.per_lead_time(), single.per_lead_time(), rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), cut=st.integers(1, 4))
def test_any_split_gives_the_same_score(seed, cut):
    truth, forecast = frame_pair(batch=5, steps=2, height=8, width=8, seed=seed)
    truth[np.random.default_rng(seed).random(truth.shape) < 0.7] = np.nan
    for cls in (FrameMSE, PSNR):
        one, two = cls(), cls()
        one.update_state(truth, forecast)
        two.update_state(truth[:cut], forecast[:cut])
        two.update_state(truth[cut:], forecast[cut:])
        assert float(one.result()) == pytest.approx(float(two.result()), rel=1e-6)


def test_a_score_over_valid_pixels_is_that_of_the_crop():
    truth, forecast = frame_pair()
    cropped = truth[:, :, 4:18, 2:15], forecast[:, :, 4:18, 2:15]
    outside = np.full_like(truth, np.nan)
    outside[:, :, 4:18, 2:15] = cropped[0]
    for cls in (RMSE, PSNR, PSNROfMean, SSIM):
        one, other = cls(), cls()
        one.update_state(outside, forecast)
        other.update_state(*cropped)
        assert float(one.result()) == pytest.approx(float(other.result()), rel=1e-5)


def test_weights_of_sequences_and_missing_values():
    truth, forecast = holed_pair()
    weights = np.array([2.0, 0.0, 0.5])
    metric = FrameMSE("float")
    metric.update_state(truth, forecast, sample_weight=weights)
    valid = weights[:, None, None, None, None] * ~np.isnan(truth)
    squares = np.where(valid > 0, np.square(truth - forecast), 0)
    expected = (valid * squares).sum() / valid.sum() * truth[0, 0].size
    assert float(metric.result()) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("per_channel", [False, True])
@pytest.mark.parametrize("cls", [FrameMSE, FrameMAE, RMSE, PSNROfMean])
def test_weights_of_pixels(cls, per_channel):
    truth, forecast = holed_pair(channels=2)
    shape = truth.shape if per_channel else truth.shape[:-1]
    weights = np.random.default_rng(3).choice([0.0, 1.0, 3.0], shape)
    metric = cls("float", horizon=4)
    metric.update_state(truth, forecast, sample_weight=weights)
    full = np.broadcast_to(weights if per_channel else weights[..., None], truth.shape)
    counted = full * ~np.isnan(truth)
    errors = np.abs(truth - forecast) if cls is FrameMAE else np.square(truth - forecast)
    errors = np.where(counted > 0, errors, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (counted * errors).sum((0, 2, 3, 4)) / counted.sum((0, 2, 3, 4))
        size = truth[0, 0].size
        expected = {
            FrameMSE: size * mean,
            FrameMAE: size * mean,
            RMSE: np.sqrt(mean),
            PSNROfMean: -10 * np.log10(mean),
        }[cls]
    np.testing.assert_allclose(metric.per_lead_time(), expected, rtol=2e-5)


def test_equal_weights_of_pixels_change_nothing():
    truth, forecast = frame_pair()
    plain, weighted = FrameMSE(), FrameMSE()
    plain.update_state(truth, forecast)
    weighted.update_state(truth, forecast, sample_weight=np.full(truth.shape[:4], 0.25))
    assert float(weighted.result()) == pytest.approx(float(plain.result()), rel=1e-6)


@pytest.mark.parametrize("cls", [PSNR, SSIM, ExactFrames, CSI])
def test_weights_of_pixels_are_refused_where_the_score_is_no_mean_over_them(cls):
    truth, forecast = frame_pair()
    message = (
        rf"{cls.__name__}: received sample_weight of shape \(3, 4, 20, 17\) .*Required: a scalar, "
        r"\(B,\), \(B, 1\) or \(B, T\)\. .*means over them, such as FrameMSE"
    )
    refused(message, cls().update_state, truth, forecast, np.ones(truth.shape[:4]))


def test_weights_of_pixels_of_another_size():
    truth, forecast = frame_pair()
    message = r"FrameMSE: received sample_weight of shape \(3, 4, 20, 18\) .*\(B, T, H, W, C\)"
    refused(message, FrameMSE().update_state, truth, forecast, np.ones((3, 4, 20, 18)))


def test_a_score_from_outside_that_knows_of_missing_values():
    truth, forecast = holed_pair()
    metric = CSI(horizon=4)
    metric.update_state(truth, forecast)
    valid = ~np.isnan(truth)
    rained, told = truth >= 0.5, forecast >= 0.5
    hits, events = (np.where(valid, x, 0).sum((0, 2, 3, 4)) for x in (rained & told, rained | told))
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(metric.per_lead_time(), hits / events, rtol=1e-6)


class Bias(PerLeadTimeMetric):
    """A metric of a user who has never heard of missing values."""

    score = "bias_of_test"

    def score_frames(self, y_true, y_pred):
        return keras.ops.mean(y_pred - y_true, axis=(1, 2, 3))


def test_a_score_from_outside_that_does_not_is_nan_where_there_are_some():
    truth, forecast = frame_pair()
    metric = Bias(horizon=4)
    metric.update_state(truth, forecast)
    expected = (forecast - truth).mean((0, 2, 3, 4))
    np.testing.assert_allclose(metric.per_lead_time(), expected, atol=1e-6)
    truth[0, 1, 5, 5] = np.nan
    metric.update_state(truth, forecast)
    assert np.isnan(metric.per_lead_time()).tolist() == [False, True, False, False]


def test_score_forecasts_of_holed_frames():
    truth, forecast = holed_pair()
    scores = score_forecasts(truth, forecast, 1.0, batch_size=2, scores=["mse", "ssim"])
    for name, cls in (("mse", FrameMSE), ("ssim", SSIM)):
        metric = cls(horizon=4)
        metric.update_state(truth, forecast)
        np.testing.assert_allclose(scores[name], metric.per_lead_time(), rtol=1e-5)


def test_helpers():
    assert is_missing(keras.ops.array([1, 2])) is None
    assert is_missing(keras.ops.array([1.0, np.nan], "float16")).numpy().tolist() == [False, True]
    frames = keras.ops.ones((2,))
    assert valid_weights(frames, None, frames * 3).numpy().tolist() == [3.0, 3.0]
    kept = nan_where(keras.ops.array([False, True]), keras.ops.ones((2,), "float64"))
    np.testing.assert_array_equal(kept, [1.0, np.nan])
