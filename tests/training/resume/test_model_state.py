"""Variables of model, optimizer and metrics, also where Keras has not made them yet."""

import numpy as np
import pytest
import tensorflow as tf

from st_keras.training.resume.model_state import model_state, restore_metrics, restore_model
from tests.training.resume.interruption import bits, dense_model, numbers

SPEC = (tf.TensorSpec((None, 4)), tf.TensorSpec((None, 1)))


def trained():
    model = dense_model()
    model.fit(*numbers(), verbose=0)
    return model


def test_restores_what_is_not_built_yet():
    model = trained()
    state = model_state(model, with_metrics=True)
    fresh = dense_model()
    restore_model(fresh, state, SPEC)
    restore_metrics(fresh, state, SPEC)
    assert bits(fresh) == bits(model)
    for a, b in zip(model.metrics_variables, fresh.metrics_variables, strict=True):
        assert a.path == b.path
        np.testing.assert_array_equal(a, b)


def test_metrics_are_left_out_where_they_are_reset_anyway():
    assert model_state(trained(), with_metrics=False)["metrics"] == []


def test_refuses_other_metrics():
    state = model_state(trained(), with_metrics=True)
    with pytest.raises(ValueError, match="another set of metrics"):
        restore_metrics(dense_model(metrics=()), state, SPEC)


def test_metrics_without_numbers_may_be_missing():
    model = trained()
    state = model_state(model, with_metrics=True)
    for entry in state["metrics"]:
        if "absolute" in entry["path"]:
            entry["values"] = [np.zeros_like(value) for value in entry["values"]]
    fresh = dense_model(metrics=())
    restore_metrics(fresh, state, SPEC)
    np.testing.assert_array_equal(fresh.metrics[0].variables[0], model.metrics[0].variables[0])
