"""A step by `fit`, more of them as `fit` runs them, and what must not pass as training."""

import numpy as np
import pytest

from benchmarks.gpu import fit
from benchmarks.speed.contestant import OURS, Contestant
from tests.benchmarks.gpu.tiny_settings import tiny_settings

CONTESTANT = Contestant(OURS, fit.MODEL, "float32", "train")


@pytest.fixture
def training():
    return fit.Training(CONTESTANT, tiny_settings(), jit_compile=False)


def test_a_row():
    found = fit.run({"policy": "float32", "jit_compile": False}, tiny_settings())
    assert found["status"] == "ok" and found["calls"] >= 1
    assert "steps/s" in found["text"] and "peak" in found["text"]


def test_every_call_is_a_step(training):
    for step in (1, 2, 3):
        training()
        assert int(training.model.optimizer.iterations) == step
    training.check_weights()
    assert training.model.jit_compile is False


def test_policy_and_xla_are_what_was_asked_for():
    contestant = Contestant(OURS, fit.MODEL, "mixed_float16", "train")
    training = fit.Training(contestant, tiny_settings(), jit_compile=True)
    assert training.model.jit_compile is True
    assert training.model.network.compute_dtype == "float16"
    assert type(training.model.optimizer).__name__ == "LossScaleOptimizer"


def test_weights_that_do_not_move_are_an_error(training):
    with pytest.raises(RuntimeError, match="no step has changed the weights"):
        training.check_weights()


def test_what_is_not_finite_is_an_error(training, monkeypatch):
    training.first = False
    monkeypatch.setattr(training.model, "train_function", lambda batches: {"loss": np.nan})
    with pytest.raises(FloatingPointError, match="the loss is nan"):
        training()
    training.model.set_weights([np.full_like(w, np.inf) for w in training.before])
    with pytest.raises(FloatingPointError, match="weights are not finite"):
        training.check_weights()
