"""Each mode of ours does what its name says."""

import numpy as np
import pytest

from benchmarks.speed import tensorflow_contestant as module
from benchmarks.speed.contestant import OURS, Contestant
from st_keras.training import Forecaster
from tests.benchmarks.speed.tiny_options import tiny_options


def prepared(model, mode, policy="float32"):
    return module.prepare(Contestant(OURS, model, policy, mode), tiny_options())


def test_a_training_step_learns(monkeypatch):
    made = []

    class Watched(Forecaster):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            made.append(self)

    monkeypatch.setattr(module, "Forecaster", Watched)
    step = prepared("predrnn_v2", "train")
    assert len({step() for _ in range(3)}) == 3
    (model,) = made
    # Drawn masks and the decoupling term, as published; one update per batch, which FLOPs count.
    assert model.sampling is not None and model.decoupling_weight == 0.1
    assert not model.reverse_input
    assert int(model.optimizer.iterations) == 3


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_a_forecast_of_the_second_half(policy):
    assert prepared("convlstm", "forecast", policy)().shape == (2, 2, 8, 8, 1)


def test_a_stream_goes_on():
    step = prepared("convlstm", "step")
    first, second = step(), step()
    assert first.shape == (1, 8, 8, 1) and np.any(first != second)
