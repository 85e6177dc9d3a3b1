"""`train --replay`: settings are read back, and what is not the same run is refused."""

import json
import pathlib

import numpy as np
import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.replay import print_notes, recorded_settings
from st_keras.cli.run_folder import versions
from st_keras.cli.run_record import options_of
from tests.cli.conftest import squares
from tests.uncompiled import uncompiled

OLD = pathlib.Path(__file__).parent / "run_of_0_2_0.json"


@pytest.fixture
def recorded(tmp_path):
    """Write the record of a command line; return its settings and what is asked of a replay."""

    def write(line, **changes):
        settings = parse(line.split())[1]
        record = {"format": 2, "status": "finished", "versions": versions()}
        record["options"] = {**options_of(settings), **changes}
        path = tmp_path / "run.json"
        path.write_text(json.dumps({**record, "data_fingerprint": {}}))
        asked = ["train", "--replay", str(path), "--out", "new", "--resume", "--tensorboard"]
        return settings, parse(asked)[1]

    return write


TRAIN = "train modernn --data a.npy --out old --max-minutes 3"


@pytest.mark.parametrize(
    "line",
    [
        f"{TRAIN} --filters 8,8 --no-layer-norm --batch-norm --jit-compile --axes NTCHW --seed 7 "
        "--missing-value=-1e30 --times when/scan --learning-rate 0.01 --no-reverse-input "
        "--deterministic --preset robonet",
        "train slowvae --data sprites=hue --out x --gamma 0 --beta 4 --transition uniform",
        *(f"{TRAIN} --missing-value={text}" for text in ("nan", "none", "-9999", "0", "-inf")),
    ],
)
def test_every_setting_is_read_back(line, recorded):
    settings, asked = recorded(line)
    replayed, record = recorded_settings(asked)
    assert type(replayed) is type(settings) and record["status"] == "finished"
    anew = {"out": "new", "resume": True, "max_minutes": None, "tensorboard": True}
    assert options_of(replayed) == options_of(settings) | anew
    assert replayed.typed == asked.typed


def test_batches_that_were_planned_for_minutes_are_repeated(recorded):
    _, asked = recorded(TRAIN)
    record = json.loads(asked.replay.read_text())
    asked.replay.write_text(json.dumps(record | {"recipe": {"steps": 55}}))
    assert recorded_settings(asked)[0].fit.steps == 55


def test_a_record_of_version_0_2_0():
    asked = parse(["train", "--replay", str(OLD), "--out", "new"])[1]
    flags = "--data digits --context-length 3 --horizon 2 --steps 2 --batch-size 2 --filters 4,4"
    flags += " --kernel-size 3 --patch-size 8 --layer-norm --no-reverse-input --seed 5"
    flags += " --preset smoke"
    expected = parse(f"train predrnn {flags} --learning-rate 0.01 --out new".split())[1]
    replayed, record = recorded_settings(asked)
    assert replayed == expected
    # What was written then is what would be written now, but for what is asked anew.
    anew = {"out": "new", "max_minutes": None, "tensorboard": False}
    now, then = options_of(replayed), record["options"] | anew
    assert {name: now[name] for name in then} == then
    # What could not be said then is not said now.
    assert not any(value for name, value in now.items() if name not in then)


def test_differences_that_are_said_and_not_refused(capsys):
    record = json.loads(OLD.read_text())
    record["versions"] = {**versions(), "keras": "3.0"}
    print_notes(record | {"status": "interrupted"})
    out = capsys.readouterr().out
    assert "Note: recorded with keras 3.0, repeated with" in out
    assert "Note: the recorded run is interrupted" in out
    print_notes({"versions": versions(), "status": "finished"})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"command": "demo"}, r"the record of `st-keras demo`\. Required: the record of `st-ker"),
        ({"command": None}, r"the record of `st-keras None`\. Required"),
        (
            {"model": "resnet"},
            r"the model 'resnet'\. Required: one of predrnn, modernn, convlstm, nowcast, slowvae\.",
        ),
        ({"model": ["predrnn"]}, r"a record of the model \"\['predrnn'\]\"\. Required"),
        ({"model": "recorded"}, r"a record of the model 'recorded'\. Required"),
        ({"wings": 2}, r"with the options wings\. Required: options that `st-keras train` has"),
    ],
)
def test_refuses_records_of_something_else(changes, reason, recorded):
    _, asked = recorded(TRAIN, **changes)
    with pytest.raises(ValueError, match=rf"--replay: received .*{reason}"):
        recorded_settings(asked)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": -3}, "received '-3'. Required: a whole number of at least 1"),
        ({"precision": "--help"}, "invalid choice: '--help'"),
        ({"seed": [1, 2]}, "received '1,2'. Required: a whole number"),
    ],
)
def test_recorded_values_are_checked_as_if_typed(changes, reason, recorded, capsys):
    _, asked = recorded(TRAIN, **changes)
    with pytest.raises(SystemExit) as stop:
        recorded_settings(asked)
    assert stop.value.code == 2
    assert reason in capsys.readouterr().err


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
