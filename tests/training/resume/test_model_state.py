"""Variables of model, optimizer and metrics, also where Keras has not made them yet."""

import numpy as np
import pytest

from st_keras.training.resume.model_state import is_complete, model_state, restore_model
from st_keras.training.resume.state_file import read_state, write_state
from tests.tiny import ScalarNetwork, tiny_forecaster
from tests.training.resume.interruption import bits, dense_model, numbers


def on_disk(state, folder):
    """What comes back from a file: scalars are numbers then."""
    write_state(folder / "state.npz", state)
    return read_state(folder / "state.npz")


def trained():
    model = dense_model()
    model.fit(*numbers(), verbose=0)
    return model


def seen(model):
    """A model that has all that Keras makes with a first batch."""
    model.evaluate(*numbers(4), verbose=0)
    model.reset_metrics()
    return model


def test_restores_all(tmp_path):
    model = trained()
    state = on_disk(model_state(model, with_metrics=True), tmp_path)
    fresh = dense_model()
    assert not is_complete(fresh, state)
    assert is_complete(seen(fresh), state)
    restore_model(fresh, state)
    assert bits(fresh) == bits(model)
    for a, b in zip(model.metrics_variables, fresh.metrics_variables, strict=True):
        assert a.path == b.path
        np.testing.assert_array_equal(a, b)


def test_metrics_are_left_out_where_they_are_reset_anyway():
    assert model_state(trained(), with_metrics=False)["metrics"] == []


def test_refuses_other_metrics(tmp_path):
    state = on_disk(model_state(trained(), with_metrics=True), tmp_path)
    with pytest.raises(ValueError, match="another set of metrics"):
        restore_model(dense_model(metrics=()), state)


def test_metrics_without_numbers_may_be_missing(tmp_path):
    model = trained()
    state = on_disk(model_state(model, with_metrics=True), tmp_path)
    for entry in state["metrics"]:
        if "absolute" in entry["path"]:
            entry["values"] = [np.zeros_like(value) for value in entry["values"]]
    fresh = dense_model(metrics=())
    restore_model(seen(fresh), state)
    np.testing.assert_array_equal(fresh.metrics[0].variables[0], model.metrics[0].variables[0])


def watched(tracked):
    """A model that logs its gradient norm, or does not."""
    model = tiny_forecaster(ScalarNetwork())
    model.compile("sgd")
    model.build((None, None, 4, 4, 1))
    if tracked:
        model.watch.track_gradient_norm(model)
        model.watch.metrics[0].update_state(3.0)
    return model


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("now", [True, False])
def test_what_is_watched_may_come_and_go(before, now, tmp_path):
    state = on_disk(model_state(watched(before), with_metrics=True), tmp_path)
    model = watched(now)
    for metric in model.watch.metrics:
        metric.reset_state()
    restore_model(model, state)
    if now:
        assert float(model.watch.metrics[0].result()) == (3.0 if before else 0.0)
