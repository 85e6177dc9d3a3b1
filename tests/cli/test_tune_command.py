"""`st-keras tune`: a search, resumed, refused, with workers; each trial a process of its own."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import keras
import numpy as np
import pytest

from st_keras.cli.main import main
from st_keras.cli.tune import search
from st_keras.training import Forecaster
from tests.cli.conftest import Killed
from tests.cli.tune.conftest import OLD_NAMES, trials_here, tune_arguments
from tests.uncompiled import ABOUT_EAGER

__all__ = ["trials_here", "tune_arguments"]
pytestmark = pytest.mark.filterwarnings(OLD_NAMES, ABOUT_EAGER)


def trials_of(out):
    return json.loads((out / "trials.json").read_text())


@pytest.mark.long
def test_each_trial_is_a_process_of_its_own(tune_arguments, run, tmp_path):
    status, out, err = run(*tune_arguments, "--trials", "1")
    assert status == 0, err
    (trial,) = trials_of(tmp_path / "search")["trials"]
    assert trial["pid"] != os.getpid() and trial["status"] == "completed"
    assert "val_mse" in (tmp_path / "search" / "search" / "trial_0" / "log.txt").read_text()
    assert "Trial 0, of 1: filters" in out and "st-keras evaluate" in out


def test_killed_and_gone_on(tune_arguments, run, trials_here, tmp_path, monkeypatch):
    out = tmp_path / "search"
    here = search.run_in_process

    def die_at_the_second(folder, arguments, values):
        if folder.name == "trial_1":
            raise Killed
        return here(folder, arguments, values)

    with monkeypatch.context() as patch:
        patch.setattr(search, "run_in_process", die_at_the_second)
        with pytest.raises(Killed):
            run(*tune_arguments)
    before = trials_of(out)["trials"]
    assert [trial["status"] for trial in before] == ["completed"]
    assert run(*tune_arguments)[0] == 2  # nothing is overwritten
    status, text, _ = run(*tune_arguments, "--resume")
    assert status == 0
    assert trials_here == ["trial_0", "trial_1", "trial_2"]
    found = trials_of(out)
    assert found["trials"][0] == before[0]
    assert [trial["status"] for trial in found["trials"]] == ["completed"] * 3
    scores = [trial["score"] for trial in found["trials"]]
    assert found["best"] == int(np.argmin(scores))
    rows = list(csv.DictReader((out / "trials.csv").read_text().splitlines()))
    assert [float(row["score"]) for row in rows] == scores
    assert [row["best"] for row in rows].count("1") == 1
    assert (out / "trials.png").stat().st_size > 5000
    assert f"{found['best']} *" in text
    _check_best(out, min(scores), run, tune_arguments)
    # Finished: the same command has nothing to run; more trials make it longer.
    assert run(*tune_arguments, "--resume")[0] == 0
    assert len(trials_here) == 3
    assert run(*tune_arguments, "--resume", "--trials", "4")[0] == 0
    assert trials_here[3:] == ["trial_3"]
    status, _, err = run(*tune_arguments, "--resume", "--seed", "9")
    assert status == 2
    assert "a search of other settings: seed 0, now 9" in err


def _check_best(out, score, run, arguments):
    model = keras.models.load_model(out / "best" / "model.keras")
    assert isinstance(model, Forecaster)
    best = trials_of(out)["best"]
    kept = [path.parent.name for path in (out / "search").glob("*/model.keras")]
    assert kept == [f"trial_{best}"]
    data = arguments[arguments.index("--data") + 1]
    flags = ("--data", data, "--sequences", 2, "--out", out / "evaluation")
    status, text, err = run("evaluate", out / "best" / "model.keras", *flags)
    assert status == 0, err
    assert "the test part of the training run" in text
    record = json.loads((out / "best" / "run.json").read_text())
    assert min(record["history"]["val_mse"]) == score
    assert record["recipe"]["learning_rate"] > 0


def test_a_trial_that_fails_is_a_row(tune_arguments, run, trials_here, tmp_path):
    more = ("--filters", "2,64", "--max-parameters", "20000")
    status, out, _ = run(*tune_arguments, *more)
    assert status == 0
    found = {t["values"]["filters"]: t for t in trials_of(tmp_path / "search")["trials"]}
    assert found[2]["status"] == "completed" and found[64]["status"] == "failed"
    assert "more than max_parameters=20,000" in found[64]["message"]
    assert "failed: FailedTrialError" in out


def test_no_trial_that_was_completed(tune_arguments, run, trials_here, tmp_path):
    status, _, err = run(*tune_arguments, "--max-parameters", "10", "--trials", "4")
    assert status == 2
    assert "received no completed trial among 4 (FailedTrialError" in err
    assert [t["status"] for t in trials_of(tmp_path / "search")["trials"]] == ["failed"] * 4


def test_ctrl_c_leaves_a_search_that_goes_on(tune_arguments, run, monkeypatch, tmp_path):
    def interrupted(folder, arguments, values):
        raise KeyboardInterrupt

    monkeypatch.setattr(search, "run_in_process", interrupted)
    status, out, _ = run(*tune_arguments)
    assert status == 130
    assert "The same command with --resume goes on." in out
    assert json.loads((tmp_path / "search" / "tune.json").read_text())["status"] == "interrupted"
    assert [t["status"] for t in trials_of(tmp_path / "search")["trials"]] == ["running"]


def test_workers_of_another_chief_start_none(tune_arguments, run, monkeypatch):
    for name, value in (("TUNER_ID", "chief"), ("ORACLE_IP", "h"), ("ORACLE_PORT", "1")):
        monkeypatch.setenv(f"KERASTUNER_{name}", value)
    status, _, err = run(*tune_arguments, "--workers", "2")
    assert status == 2
    assert "received 2 in a process that keras-tuner's variables make the chief" in err


def test_without_keras_tuner(tune_arguments, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_tuner", None)
    status, _, err = run(*tune_arguments)
    assert status == 2
    assert "pip install 'st_keras[tune]'" in err


@pytest.mark.long
def test_a_search_of_six_trials_survives_sigkill(tune_arguments, tmp_path):
    out = tmp_path / "search"
    command = [*map(str, tune_arguments), "--trials", "6", "--filters", "2,3,4", "--resume"]
    _kill_after(3, command, out)
    before = [t for t in trials_of(out)["trials"] if t["status"] == "completed"]
    assert 0 < len(before) < 6
    done = _start(command)
    text, _ = done.communicate(timeout=600)
    assert done.returncode == 0, text
    after = trials_of(out)["trials"]
    assert after[: len(before)] == before  # with the ids of the processes that ran them
    assert len(after) == len({t["pid"] for t in after}) == 6
    assert {t["status"] for t in after} == {"completed"}


@pytest.mark.long
def test_two_workers_share_the_trials_and_survive_sigkill(tune_arguments, tmp_path):
    out = tmp_path / "search"
    command = [*map(str, tune_arguments), "--trials", "5", "--workers", "2", "--resume"]
    _kill_after(2, command, out)
    before = [t for t in trials_of(out)["trials"] if t["status"] == "completed"]
    time.sleep(5)
    assert not _processes_with(str(out))
    done = _start(command)
    text, _ = done.communicate(timeout=600)
    assert done.returncode == 0, text
    found = trials_of(out)["trials"]
    assert [t for t in found if t["trial"] in {b["trial"] for b in before}] == before
    assert [t["status"] for t in found] == ["completed"] * 5
    assert len({t["pid"] for t in found}) == 5
    # A chief goes on with the search of one process, and the other way round.
    assert main([*command, "--workers", "1", "--trials", "6"]) == 0
    assert len(trials_of(out)["trials"]) == 6


@pytest.mark.long
def test_hyperband_goes_on_with_the_best(tune_arguments, run, trials_here, tmp_path):
    flags = ("--tuner", "hyperband", "--trials", "13", "--steps-per-trial", "9")
    status, _, err = run(*tune_arguments, *flags)
    assert status == 0, err
    found = trials_of(tmp_path / "search")["trials"]
    epochs = [trial["values"]["tuner/epochs"] for trial in found]
    assert epochs == [1] * 9 + [3] * 3 + [9]
    assert "tuner/trial_id" in found[9]["values"] and "tuner/trial_id" not in found[0]["values"]


@pytest.mark.long
@pytest.mark.parametrize("objective", ["mcc", "udr"])
def test_slowvae(objective, run, trials_here, tmp_path):
    out = tmp_path / "search"
    status, text, err = run(
        *("tune", "slowvae", "--data", "sprites", "--out", out, "--trials", "2"),
        *("--steps-per-trial", "2", "--batch-size", "2", "--objective", objective),
        *("--images", "40", "--seeds-per-trial", "2", "--latent-size", "3", "--tuner", "random"),
    )
    assert status == 0, err
    scores = [trial["score"] for trial in trials_of(out)["trials"]]
    assert trials_of(out)["best"] == int(np.argmax(scores))
    assert objective in text


@pytest.mark.long
def test_modernn(tune_arguments, run, trials_here, tmp_path):
    arguments = [a for a in tune_arguments if a not in ("--kernel-size",)]
    arguments[1] = "modernn"
    at = tune_arguments.index("--kernel-size")
    del arguments[at]
    status, _, err = run(*arguments, "--num-slots", "2,4", "--softmax-importance", "off,on")
    assert status == 0, err
    values = [trial["values"] for trial in trials_of(tmp_path / "search")["trials"]]
    assert {type(each["softmax_importance"]) for each in values} == {bool}


def _kill_after(trials, command, out):
    first = _start(command)
    deadline = time.monotonic() + 400
    while not (out / "trials.json").is_file() or _completed(out) < trials:
        assert first.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.stdout.close()
    first.wait()


def _completed(out):
    return [trial["status"] for trial in trials_of(out)["trials"]].count("completed")


def _processes_with(text):
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    return [line for line in found.stdout.splitlines() if text in line]


def _start(arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "st_keras.cli.main", *arguments],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
