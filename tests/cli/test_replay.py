"""`train --replay`: options are read back, and what is not the same run is refused."""

import json

import numpy as np
import pytest

from st_keras.cli.parser import build_parser
from st_keras.cli.replay import recorded_options
from st_keras.cli.run_record import options_of
from tests.cli.conftest import squares
from tests.uncompiled import uncompiled


@pytest.fixture
def recorded(tmp_path):
    """Write the record of a command line; return how to replay it."""

    def write(*arguments, status="finished", versions=None, **changes):
        from st_keras.cli.run_folder import versions as here

        options = build_parser().parse_args([str(a) for a in arguments])
        record = {
            "format": 2,
            "status": status,
            "versions": {**here(), **(versions or {})},
            "data_fingerprint": {},
            "options": {**options_of(options), **changes},
        }
        path = tmp_path / "run.json"
        path.write_text(json.dumps(record))
        replay = ["train", "--replay", str(path), "--out", "new", "--resume"]
        return options, build_parser().parse_args(replay)

    return write


TRAIN = ("train", "modernn", "--data", "a b.npy", "--out", "old", "--max-minutes", "3")


def test_every_option_is_read_back(recorded, capsys):
    more = ("--filters", "8,8", "--no-layer-norm", "--batch-norm", "--jit-compile")
    more += ("--axes", "NTCHW", "--missing-value=-1e30", "--times", "when/scan")
    more += ("--learning-rate", "0.01", "--seed", "7", "--no-reverse-input", "--deterministic")
    options, asked = recorded(*TRAIN, *more)
    replayed = recorded_options(asked)
    for name, value in vars(options).items():
        if name not in ("out", "resume", "max_minutes"):
            assert getattr(replayed, name) == value, name
    assert (str(replayed.out), replayed.resume, replayed.max_minutes) == ("new", True, None)
    assert replayed.recorded["status"] == "finished"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("text", ["nan", "none", "-9999", "0", "-inf"])
def test_a_missing_value_is_read_back(text, recorded):
    options, asked = recorded(*TRAIN, f"--missing-value={text}")
    replayed = recorded_options(asked)
    assert replayed.missing_value == options.missing_value is not None
    assert options_of(replayed)["missing_value"] == options_of(options)["missing_value"]


def test_options_of_slowvae_are_read_back(recorded):
    _, asked = recorded(
        *("train", "slowvae", "--data", "sprites=hue", "--out", "x"), "--gamma", 0, "--beta", 4
    )
    replayed = recorded_options(asked)
    assert (replayed.model, replayed.data, replayed.gamma, replayed.beta) == (
        *("slowvae", "sprites=hue"),
        *(0.0, 4.0),
    )


def test_differences_that_are_said_and_not_refused(recorded, capsys):
    _, asked = recorded(*TRAIN, status="interrupted", versions={"keras": "3.0"})
    recorded_options(asked)
    out = capsys.readouterr().out
    assert "Note: recorded with keras 3.0, repeated with" in out
    assert "Note: the recorded run is interrupted" in out


def test_only_the_chief_says_them(recorded, capsys, monkeypatch):
    monkeypatch.setattr("st_keras.cli.replay.worker_index", lambda: 1)
    recorded_options(recorded(*TRAIN, status="interrupted")[1])
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"command": "demo"}, r"the record of `st-keras demo`\. Required: the record of `st-ker"),
        ({"command": None}, r"the record of `st-keras None`\. Required"),
        (
            {"model": "resnet"},
            r"the model 'resnet'\. Required: one of predrnn, modernn, convlstm, slowvae\. Replay",
        ),
        ({"model": ["predrnn"]}, r"a record of the model \"\['predrnn'\]\"\. Required"),
        ({"model": "recorded"}, r"a record of the model 'recorded'\. Required"),
        ({"wings": 2}, r"with the options wings\. Required: options that `st-keras train` has"),
    ],
)
def test_refuses_records_of_something_else(changes, reason, recorded):
    _, asked = recorded(*TRAIN, **changes)
    with pytest.raises(ValueError, match=rf"--replay: received .*{reason}"):
        recorded_options(asked)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": -3}, "received '-3'. Required: a whole number of at least 1"),
        ({"precision": "--help"}, "invalid choice: '--help'"),
        ({"seed": [1, 2]}, "received '1,2'. Required: a whole number"),
    ],
)
def test_recorded_values_are_checked_as_if_typed(changes, reason, recorded, capsys):
    _, asked = recorded(*TRAIN, **changes)
    with pytest.raises(SystemExit) as stop:
        recorded_options(asked)
    assert stop.value.code == 2
    assert reason in capsys.readouterr().err


def test_refuses_a_missing_file(run, tmp_path):
    status, _, err = run("train", "--replay", tmp_path / "none.json", "--out", tmp_path / "new")
    assert status == 2
    assert "--replay: received" in err and "cannot be read" in err


@uncompiled
def test_refuses_other_data(train_arguments, frames_file, run, tmp_path):
    assert run(*train_arguments)[0] == 0
    np.save(frames_file, squares(8, 8, seed=1))
    replay = ("train", "--replay", tmp_path / "run" / "run.json", "--out", tmp_path / "new")
    status, _, err = run(*replay)
    assert status == 2
    assert "received other data than the recorded run had" in err
    assert "frames:" in err and "first_batches:" in err
    assert not (tmp_path / "new").exists()
