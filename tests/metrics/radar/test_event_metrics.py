"""The Keras metrics, against the functions of arrays."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.metrics.radar import (
    CSI,
    FSS,
    RainRatio,
    contingency,
    contingency_scores,
    event_metrics,
    fss,
    rain_errors,
)
from st_keras.metrics.scores_by_name import our_classes, score_class
from st_keras.metrics.video import score_forecasts
from tests.metrics.radar.rain_fields import rain_pair
from tests.refusals import refused

EVENTS = [cls for cls in our_classes().values() if issubclass(cls, event_metrics.EventMetric)]
# Halves are exact in float32, in which the metrics compare.
THRESHOLDS = (0.5, 1.0, 2.5)


def pair(**sizes):
    truth, forecast = rain_pair(batch=4, **sizes)
    return np.round(2 * truth) / 2, np.round(2 * forecast) / 2


@pytest.mark.parametrize("cls", EVENTS)
def test_equal_to_the_functions(cls):
    truth, forecast = pair()
    metric = cls(THRESHOLDS, horizon=4)
    for part in (slice(0, 3), slice(3, 4)):
        metric.update_state(truth[part], forecast[part])
    expected = contingency_scores(contingency(truth, forecast, THRESHOLDS), [cls.score])[cls.score]
    np.testing.assert_allclose(metric.per_threshold(), expected, rtol=1e-6)
    np.testing.assert_allclose(metric.per_lead_time(), expected.mean(axis=1), rtol=1e-6)
    table = contingency(truth, forecast, THRESHOLDS)
    summed = [getattr(table, name).sum(axis=0) for name in cls.counts]
    of_all = event_metrics.CONTINGENCY_SCORES[cls.score](*summed).mean()
    assert float(metric.result()) == pytest.approx(of_all, rel=1e-6)


@pytest.mark.parametrize("scale", [1, 2, 5, 9])
def test_fss_equals_the_function(scale):
    truth, forecast = pair(channels=2)
    metric = FSS(THRESHOLDS, scale, horizon=4)
    for part in (slice(0, 3), slice(3, 4)):
        metric.update_state(truth[part], forecast[part])
    expected = fss(truth, forecast, THRESHOLDS, scale)[..., 0]
    np.testing.assert_allclose(metric.per_threshold(), expected, rtol=2e-6)


def test_ratio_equals_the_function():
    truth, forecast = pair()
    metric = RainRatio(horizon=4)
    metric.update_state(truth, forecast)
    np.testing.assert_allclose(
        metric.per_lead_time(), rain_errors(truth, forecast)["ratio"], rtol=1e-6
    )


def test_thresholds_below_zero_take_no_missing_pixel_for_an_event():
    """What is missing is 0 inside: in dBZ that reaches a threshold of -10."""
    truth, forecast = (20 * frames - 30 for frames in pair(missing=0.3))
    csi, of_scale = CSI(-10.0, horizon=4), FSS(-10.0, 3, horizon=4)
    for metric in (csi, of_scale):
        metric.update_state(truth, forecast)
    expected = contingency_scores(contingency(truth, forecast, -10.0), ["csi"])["csi"]
    np.testing.assert_allclose(csi.per_threshold(), expected, rtol=1e-6)
    np.testing.assert_allclose(
        of_scale.per_threshold(), fss(truth, forecast, -10.0, 3)[..., 0], rtol=1e-6
    )


@pytest.mark.parametrize("cls", [CSI, FSS, RainRatio])
def test_graph_of_any_size_equals_eager(cls):
    truth, forecast = (frames.astype("float32") for frames in pair())
    graph, eager = cls(horizon=4), cls(horizon=4)
    spec = tf.TensorSpec((None, None, None, None, 1), "float32")
    tf.function(graph.update_state, input_signature=[spec, spec])(truth, forecast)
    eager.update_state(truth, forecast)
    np.testing.assert_allclose(graph.per_lead_time(), eager.per_lead_time(), rtol=1e-6)


@pytest.mark.parametrize("cls", [CSI, FSS, RainRatio])
def test_unknown_forecasts_and_what_never_rained(cls):
    truth, forecast = pair()
    truth[:, 1] = np.where(np.isnan(truth[:, 1]), np.nan, 0.0)
    forecast[:, 1] = 0.0
    forecast[:, 3][~np.isnan(truth[:, 3])] = np.nan
    metric = cls(horizon=4)
    metric.update_state(truth, forecast)
    assert np.isnan(metric.per_lead_time()).tolist() == [False, True, False, True]


def test_weights_of_frames_and_of_pixels():
    truth, forecast = pair()
    kept, weighed, masked = (CSI(THRESHOLDS, horizon=4) for _ in range(3))
    kept.update_state(truth[[0, 2]], forecast[[0, 2]])
    weighed.update_state(truth, forecast, sample_weight=np.array([1.0, 0, 1, 0]))
    pixels = np.zeros(truth.shape[:4])
    pixels[[0, 2]] = 1.0
    masked.update_state(truth, forecast, sample_weight=pixels)
    for metric in (weighed, masked):
        np.testing.assert_allclose(metric.per_threshold(), kept.per_threshold(), rtol=1e-6)


def test_thresholds_are_saved():
    metric = FSS([5, 0.5], 3, max_value=60.0, min_value=0.0, horizon=2)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert again.thresholds == (0.5, 5.0) and again.scale == 3 and again.max_value == 60.0
    assert CSI().thresholds == (0.5, 1.0, 2.0, 5.0) and CSI().max_value is None


def test_evaluation_finds_them_by_name():
    truth, forecast = pair()
    forecast = np.minimum(forecast, 80)
    names = ["csi", "far", "fss", "ratio", "mse"]
    found = score_forecasts(truth, forecast, 100.0, scores=names)
    assert list(found) == names
    csi = CSI(horizon=4)
    csi.update_state(truth, forecast)
    np.testing.assert_allclose(found["csi"], csi.per_lead_time(), rtol=1e-6)
    assert score_class("far").better == "lower" and score_class("ratio").better is None


def test_evaluation_takes_thresholds():
    truth, forecast = (np.minimum(frames, 8) for frames in pair())
    scores = {"y_true": truth, "y_pred": forecast, "max_value": 8.0}
    found = score_forecasts(**scores, scores=["csi", "mse"], thresholds=[1, 2.5])
    csi = CSI([1, 2.5], horizon=4)
    csi.update_state(truth, forecast)
    np.testing.assert_array_equal(found["csi"], csi.per_lead_time())
    message = r"CSI: received thresholds 20, 35 for frames from 0 to 8"
    refused(message, score_forecasts, **scores, scores=["csi"], thresholds=[20, 35])
    message = r"thresholds=1 with the scores mse, psnr.*such as csi"
    refused(message, score_forecasts, **scores, scores=["mse", "psnr"], thresholds=1)


def test_refusals():
    refused(r"CSI: received thresholds 20, 35 for frames from 0 to 8", CSI, (20, 35), "thuml", 8, 0)
    refused(r"CSI: received thresholds=\(\)", CSI, ())
    refused(r"FSS: received scales=0", FSS, scale=0)
    refused(r"max_value='1'", CSI, max_value="1")
    refused(r"CSI.per_lead_time: received a metric built with horizon=None", CSI().per_threshold)
