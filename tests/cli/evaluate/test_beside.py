"""Further models: their rows have names of their own, and they forecast the same."""

import json
import pathlib
from types import SimpleNamespace

import numpy as np
import pytest

from st_keras.cli.array_source import ArraySource
from st_keras.cli.evaluate import beside
from st_keras.datasets import SequenceDataset
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


def source(frames=None, **parts):
    """A source that is tested whole, or spans of which are tested."""
    frames = np.arange(40.0)[:, None, None] + np.eye(8) if frames is None else frames
    whole = SequenceDataset.from_arrays(frames, 3, 2, **parts.pop("told", {}))
    test = whole.part(parts["spans"], "test") if parts else whole
    return ArraySource("told", whole, None, None, test, seed=0)


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
    found = beside.load_beside(paths, model(), source(), "a.npy")
    assert list(found) == ["PredRNN", "PredRNN a", "PredRNN a 2", "PredRNN c"]


def test_what_cannot_stand_beside_it(files):
    other = files("a/model.keras", model(context_length=4))
    refused(
        "--beside: .*which reads 4 frames.*reads 3",
        beside.load_beside,
        [other],
        model(),
        source(),
        "a.npy",
    )
    other = files("a/model.keras", model(targets=("rain",)))
    told = "whose targets are \\('rain',\\).*all channels"
    refused(told, beside.load_beside, [other], model(), source(), "a.npy")


TIMES = np.datetime64("2026-06-01") + np.arange(40) * np.timedelta64(5, "m")
EARLY = {"seen_times": [[str(TIMES[0]), str(TIMES[27])]], "fingerprint": "of before it grew"}


@pytest.mark.parametrize(
    "data, known, scored, seen",
    [
        ({"test_spans": [[0, 28, 40]]}, {}, {"spans": [(0, 28, 40)]}, 0),
        ({"test_spans": [[0, 28, 40]]}, {}, {"spans": [(0, 32, 40)]}, 0),
        ({"test_spans": [[0, 28, 40]]}, {}, {"spans": [(0, 20, 40)]}, 8),
        ({"test_spans": [[0, 28, 40]]}, {}, {}, 28),
        ({"published": "it", "card": 1}, {}, {}, 40),
        ({"fingerprint": "of other frames", "test_spans": [[0, 28, 40]]}, {}, {}, 0),
        (EARLY, {"times": TIMES}, {"spans": [(0, 20, 40)]}, 8),
        (EARLY, {"times": TIMES}, {"spans": [(0, 28, 40)]}, 0),
        (EARLY | {"elsewhere": True}, {"times": TIMES}, {"spans": [(0, 20, 40)]}, 0),
        (EARLY, {}, {}, 0),
    ],
)
def test_a_model_that_was_trained_on_what_is_scored(
    files, tmp_path, capsys, data, known, scored, seen
):
    path = files(tmp_path / "model.keras", model())
    opened = source(told=known, **(scored or {"spans": [(0, 0, 40)]}))
    card = {"fingerprint": opened._whole.fingerprint(), **data}
    options = {"data": "b.npy" if "elsewhere" in data else "a.npy"}
    (tmp_path / "run.json").write_text(json.dumps({"options": options, "data": card}))
    if seen:
        told = f"--beside: .*model.keras', which was trained on {seen} of the frames"
        refused(told, beside.load_beside, [path], model(), opened, "a.npy")
    else:
        assert len(beside.load_beside([path], model(), opened, "a.npy")) == 2
    assert "unknown" not in capsys.readouterr().out


def test_a_model_of_which_nothing_is_known_is_named(files, tmp_path, capsys):
    path = files(tmp_path / "model.keras", model())
    beside.load_beside([path], model(), source(), "a.npy")
    assert "model.keras: no run.json beside it" in capsys.readouterr().out


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
