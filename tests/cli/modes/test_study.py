"""`study modes`: every run once, scores that can be recomputed, going on after a stop."""

import json

import keras
import numpy as np
import pytest

from st_keras.cli.modes import equal_parameters, study
from st_keras.datasets import MixedModes
from tests.uncompiled import UNCOMPILED

FLAGS = (
    *("study", "modes", "--models", "convlstm", "--modes", "two_digits,straight"),
    *("--seeds", 1, "--steps", 2, "--batch-size", 2, "--parameters", 26_000),
    *("--context-length", 2, "--horizon", 2, "--test-sequences", 20),
)
RUNS = ("mixture", "two_digits", "straight")
pytestmark = UNCOMPILED


@pytest.fixture(autouse=True)
def little(monkeypatch):
    """Look for networks among a few widths, and validate on a few sequences."""
    monkeypatch.setattr(equal_parameters, "WIDTHS", (6, 8, 10))
    monkeypatch.setattr(study, "VALIDATION_SEQUENCES", 4)


@pytest.fixture
def done(run, tmp_path):
    status, out, err = run(*FLAGS, "--out", tmp_path / "s")
    assert status == 0, err
    return tmp_path / "s", out


def test_trains_scores_and_draws(done, run, monkeypatch):
    folder, out = done
    results = json.loads((folder / "scores.json").read_text())["results"]["convlstm"]
    assert len(results) == 1
    for name in RUNS:
        assert (folder / f"convlstm-{name}-seed0.keras").is_file()
    assert results[0]["curve"]["steps"] == [1, 2]
    assert len(results[0]["curve"]["losses"]) == 2
    assert "gap %" in out and "a distance" in out

    # The errors are those of the saved models on the test sequences of each mode.
    test = MixedModes(modes=RUNS[1:], split="test", num_frames=4, num_sequences=20)
    sequences, labels = test.sequences(0, 20), test.mode_labels(0, 20)
    for kind, name, mode in (("mixture", "mixture", "straight"), ("single",) + ("straight",) * 2):
        model = keras.models.load_model(folder / f"convlstm-{name}-seed0.keras")
        chosen = sequences[labels == RUNS[1:].index(mode)]
        forecast = model.forecast(chosen[:, :2], 2)
        error = np.square(forecast - chosen[:, 2:]).sum((2, 3, 4)).mean()
        assert results[0][kind][mode] == pytest.approx(error, rel=1e-4)

    # Once more: nothing is trained again.
    monkeypatch.setattr(study._Member, "_train", lambda *_: pytest.fail("trained again"))
    status, again, _ = run(*FLAGS, "--out", folder)
    assert status == 0
    assert again.count("already trained") == 3
    assert again[again.index("model ") :].split("Written")[0] in out


@pytest.mark.parametrize(
    "flags, message",
    [
        (
            ("--modes", "one_digit,two_digits,straight,accelerating,rotating_scaling"),
            "20 for 5 modes",
        ),
        (("--parameters", 12_000_000), "--parameters: received 12,000,000"),
    ],
)
def test_what_would_fail_at_the_end_is_refused_at_the_start(flags, message, run, tmp_path):
    status, _, err = run(*FLAGS, *flags, "--out", tmp_path / "s")
    assert status == 2
    assert message in err
    assert not (tmp_path / "s").exists()


@pytest.mark.long
def test_exactly_as_many_batches_as_asked_for(run, tmp_path):
    status, _, err = run(*FLAGS, "--steps", 9, "--out", tmp_path / "s")
    assert status == 0, err
    model = keras.models.load_model(tmp_path / "s" / "convlstm-straight-seed0.keras")
    assert int(model.optimizer.iterations) == 9
    results = json.loads((tmp_path / "s" / "scores.json").read_text())["results"]
    assert results["convlstm"][0]["curve"]["steps"][-1] == 9


def test_a_run_that_diverges_is_not_kept(run, tmp_path):
    status, _, err = run(*FLAGS, "--steps", 3, "--learning-rate", 1e30, "--out", tmp_path / "s")
    assert status == 2
    assert "convlstm-mixture-seed0 that is no longer finite" in err
    assert not list((tmp_path / "s").glob("*.keras"))


@pytest.mark.long
def test_single_modes_are_trained_on_that_mode_alone(monkeypatch, tmp_path, run):
    seen = []
    fit = keras.Model.fit

    def watch(self, **arguments):
        seen.append(next(iter(arguments["x"])).numpy())
        return fit(self, **arguments)

    monkeypatch.setattr(keras.Model, "fit", watch)
    assert run(*FLAGS, "--out", tmp_path / "s")[0] == 0
    train = MixedModes(modes=RUNS[1:], num_frames=4)
    for batch, part in zip(seen, (train, *map(train.only, RUNS[1:])), strict=True):
        np.testing.assert_array_equal(batch, part.sequences(0, 2))
