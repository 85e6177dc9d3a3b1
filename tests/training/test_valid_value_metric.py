import keras
import numpy as np
import pytest

from st_keras.metrics.video import FrameMSE
from st_keras.training.valid_value_metric import (
    ValidValueMetric,
    metrics_of_valid_values,
    pixel_weights,
)
from tests.refusals import refused
from tests.tiny import random_frames

SHAPE = (3, 2, 4, 5, 2)
TRUE, PRED = random_frames(*SHAPE), random_frames(*SHAPE, seed=1)
TRUE[np.random.default_rng(2).random(SHAPE) < 0.3] = np.nan
VALID = np.isfinite(TRUE)
PRED[~VALID] = np.nan  # is not looked at either


def own(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred) ** 3, axis=-1)


METRICS = {
    "mae": ("mae", lambda e, w: np.average(np.abs(e), weights=w)),
    "mse": (keras.losses.mean_squared_error, lambda e, w: np.average(e**2, weights=w)),
    "rmse": (
        keras.metrics.RootMeanSquaredError(),
        lambda e, w: np.sqrt(np.average(e**2, weights=w)),
    ),
    "own": (own, lambda e, w: np.average(np.abs(e) ** 3, weights=w)),
}
PIXELS = random_frames(*SHAPE, seed=3)
OF_SEQUENCES = np.float32([0.0, 2.0, 1.0])


@pytest.mark.parametrize("weights", [None, "sequences", "values", "context"])
@pytest.mark.parametrize("name", METRICS)
def test_valid_values_alone(name, weights):
    given, expected = METRICS[name]
    (metric,) = metrics_of_valid_values([given])
    metric.reset_state()
    weigh = np.ones(SHAPE)
    if weights == "context":
        weigh = PIXELS
        with pixel_weights(PIXELS):
            metric.update_state(TRUE, PRED)
    else:
        sent = {None: None, "sequences": OF_SEQUENCES, "values": PIXELS}[weights]
        metric.update_state(TRUE, PRED, sent)
        if weights == "sequences":
            weigh = np.broadcast_to(OF_SEQUENCES[:, None, None, None, None], SHAPE)
        elif weights == "values":
            weigh = PIXELS
    found = expected((TRUE - PRED)[VALID], weigh[VALID])
    np.testing.assert_allclose(metric.result(), found, rtol=1e-5)
    metric.reset_state()
    assert metric.result() == 0


def test_names_are_those_of_keras():
    given = ["mae", "MeanAbsoluteError", own, keras.metrics.MeanSquaredError(name="error")]
    names = [metric.name for metric in metrics_of_valid_values(given)]
    assert names == ["mae", "MeanAbsoluteError", "own", "error"]


def test_metrics_that_take_nan_stay():
    class Skipping(keras.metrics.Metric):
        takes_nan = True

    given = [FrameMSE(), Skipping(), ValidValueMetric(keras.metrics.MeanSquaredError())]
    assert metrics_of_valid_values(given) == given


def test_file():
    metric = ValidValueMetric(keras.metrics.MeanAbsoluteError(name="error"))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert type(again) is ValidValueMetric and again.name == "error"
    for each in (metric, again):
        each.update_state(TRUE, PRED)
    assert metric.result() == again.result() > 0


def test_functions_of_more_than_one_value():
    def of_frames(y_true, y_pred):
        return keras.ops.max(keras.ops.abs(y_true - y_pred), axis=(2, 3, 4))

    message = r"Forecaster.compile: received metrics=\[.*of_frames.*takes_nan = True"
    refused(message, metrics_of_valid_values, [of_frames])
