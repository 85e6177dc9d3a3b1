"""Recipes of the command line, as learners."""

import pytest

from benchmarks.quality import ours
from st_keras.cli import pacing

SMALL = {"filters": "4", "kernel_size": 3, "patch_size": 8}


@pytest.mark.parametrize(
    ("by", "passes"),
    [("predrnn_v2_moving_mnist", 2), pytest.param("fast", 1, marks=pytest.mark.long)],
)
def test_a_batch_and_a_forecast(by, passes, monkeypatch):
    monkeypatch.setattr(pacing, "_seconds_of_a_batch", lambda *_: 0.1)
    asked = {"by": by, "minutes": 1, "data": "digits", "seed": 0, **SMALL}
    found = ours.prepare(asked)
    assert found.model.sampling.horizon.stop < 1000  # 552 batches are planned
    found.update()
    assert found.updates == passes
    test = found.test_sequences(2)
    assert found.forecast(test[:, :10]).shape == (2, 10, 64, 64, 1)
