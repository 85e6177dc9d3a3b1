"""The signature `forecast` as a graph; tests/export/test_saved_model.py serves it."""

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.signatures.forecast import forecast_signature, size_divisor
from tests.export.signatures.tiny_models import (
    ACTION_SIZE,
    HEIGHT,
    WIDTH,
    frames_and_actions,
    tiny_model,
    traced,
)
from tests.tiny import ScalarNetwork, tiny_forecaster

FRAMES, ACTIONS = frames_and_actions(2, 3, 4)


@pytest.fixture(scope="module")
def model():
    return tiny_model("actions")


@pytest.fixture(scope="module")
def forecast(model):
    return traced(forecast_signature(model))


def test_inputs(model):
    inputs = forecast_signature(model).inputs
    assert list(inputs) == ["context", "horizon", "actions"]
    assert inputs["context"].shape.as_list() == [None, None, None, None, 1]
    assert inputs["actions"].shape.as_list() == [None, None, ACTION_SIZE]
    tied = forecast_signature(tiny_model("modernn")).inputs
    assert list(tied) == ["context", "horizon"]
    assert tied["context"].shape.as_list() == [None, None, HEIGHT, WIDTH, 1]


def test_is_the_forecast_of_the_model(model, forecast):
    answer = forecast(context=FRAMES, horizon=4, actions=ACTIONS)["forecast"]
    np.testing.assert_allclose(answer, model.forecast(FRAMES, 4, actions=ACTIONS), atol=1e-5)


def with_nan(array):
    array = array.copy()
    array[0, 0, 0] = np.nan
    return array


@pytest.mark.parametrize(
    "changed, message",
    [
        ({"horizon": 0}, r"a horizon of 0\. Required: a horizon of at least 1\. Pass horizon=1"),
        ({"horizon": -3}, r"a horizon of -3"),
        ({"context": FRAMES[:0]}, r"a batch size of 0"),
        ({"context": FRAMES[:, :0]}, r"a number of context frames of 0"),
        ({"context": FRAMES[:, :, :6]}, r"a height of 6\. Required: .* divisible by 4.*Crop or"),
        ({"context": FRAMES[:, :, :, :0]}, r"a width of 0"),
        ({"context": with_nan(FRAMES)}, r"a context with 12 NaN or infinite values"),
        ({"actions": ACTIONS[:, :3]}, r"actions of shape \[2 3 2\]\. Required: shape \[2 6 2\]"),
        ({"actions": ACTIONS[:1]}, r"actions of shape \[1 6 2\]"),
        ({"actions": with_nan(ACTIONS)}, r"actions with 1 NaN"),
    ],
)
def test_refusals(forecast, changed, message):
    inputs = {"context": FRAMES, "horizon": 4, "actions": ACTIONS, **changed}
    with pytest.raises(tf.errors.InvalidArgumentError, match=f"forecast: received {message}"):
        forecast(**inputs)


def test_a_network_without_patches():
    model = tiny_forecaster(ScalarNetwork())
    model.build((None, None, 4, 6, 1))
    assert size_divisor(model) == 1
    answer = traced(forecast_signature(model))(context=FRAMES[:, :, :5], horizon=2)
    assert answer["forecast"].shape == (2, 2, 5, WIDTH, 1)
