"""Further models: their rows have names of their own, and they forecast the same."""

import pathlib
from types import SimpleNamespace

import numpy as np
import pytest

from st_keras.cli.evaluate import beside
from tests.refusals import refused


class PredRNN:
    """Only its name is asked for."""


def model(context_length=3, targets=None, value=0.0):
    def forecast(context, horizon, *_, **__):
        return np.full((len(context), horizon, *context.shape[2:]), value)

    return SimpleNamespace(
        network=PredRNN(),
        context_length=context_length,
        targets=targets,
        forecast=forecast,
        forecast_parts=lambda frames: (frames[:, :3], frames[:, 3:], None),
        targets_of=lambda frames: frames,
    )


@pytest.fixture
def files(monkeypatch):
    """`files(path, model)` lets a path hold a model."""
    held = {}
    monkeypatch.setattr(beside, "load_trained", lambda path, kinds: held[path])

    def hold(path, other):
        held[pathlib.Path(path)] = other
        return pathlib.Path(path)

    return hold


def test_equal_names_have_their_folders_behind_them(files):
    paths = [files(f"{folder}/model.keras", model()) for folder in ("a", "b/a", "c")]
    found = beside.load_beside(paths, model(), (8, 8, 1))
    assert list(found) == ["PredRNN", "PredRNN a", "PredRNN a 2", "PredRNN c"]


def test_what_cannot_stand_beside_it(files):
    other = files("a/model.keras", model(context_length=4))
    refused("--beside: .*which reads 4 frames.*reads 3", beside.load_beside, [other], model(), ())
    other = files("a/model.keras", model(targets=("rain",)))
    told = "whose targets are \\('rain',\\).*all channels"
    refused(told, beside.load_beside, [other], model(), ())


def test_forecasts_of_all(files):
    sequences = np.ones((2, 5, 8, 8, 1))
    models = {"one": model(value=1.0), "two": model(value=2.0)}
    context, truth, forecasts = beside.forecasts_of_models(models, sequences, 2, 8)
    assert context.shape[1] == 3 and truth.shape[1] == 2
    assert [float(of.mean()) for of in forecasts.values()] == [1.0, 2.0]
    first = beside.with_models(lambda s: (s[:, :3], s[:, 3:], {"zero": 0.0}), models, 2, 8)
    assert list(first(sequences)[2]) == ["zero", "one", "two"]
    same = len
    assert beside.with_models(same, {}, 2, 8) is same
