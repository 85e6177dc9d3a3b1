"""Learners work by turns, and their clock stands while they are scored."""

import itertools
import types

import numpy as np
import pytest

from benchmarks.quality import learner

ASKED = {"by": "fast", "test_sequences": 3}


class Counting:
    """Each update takes a second, and makes the forecast better."""

    updates = 0

    def update(self):
        self.updates += 1

    def test_sequences(self, count):
        return np.ones((count, learner.FRAMES, 4, 4, 1))

    def forecast(self, context):
        return context * (1 - 1 / (1 + self.updates))


@pytest.fixture
def told(monkeypatch):
    found, clock = [], itertools.count()
    monkeypatch.setattr(
        learner, "time", types.SimpleNamespace(perf_counter=lambda: float(next(clock)))
    )
    modules = types.SimpleNamespace(
        import_module=lambda name: types.SimpleNamespace(prepare=lambda asked: Counting())
    )
    monkeypatch.setattr(learner, "importlib", modules)
    learner.learn(ASKED, ["3", "2"], found.append)
    return found


def test_it_works_as_long_as_it_is_told(told):
    # One second to prepare, and one for each update.
    assert [each["seconds"] for each in told] == [4.0, 6.0]
    assert [each["updates"] for each in told] == [3, 5]


def test_the_error_is_summed_over_pixels(told):
    np.testing.assert_allclose([each["mse"] for each in told], [16 / 4**2, 16 / 6**2])
