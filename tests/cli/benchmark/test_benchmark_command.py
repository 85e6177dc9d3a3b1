"""`st-keras benchmark`: the whole of it, with a stand-in for the runs and, small, without."""

import dataclasses
import json
import os
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from st_keras.cli import benchmark_command
from st_keras.cli.benchmark.suite import read_suite
from st_keras.cli.benchmark.suite_folder import suite_folder
from tests.cli.benchmark.conftest import SUITE, TINY
from tests.cli.conftest import squares

BENCHMARK = ("benchmark", "suite.yaml")


@pytest.fixture
def quick(stand_in, monkeypatch):
    """The stand-in, and no look at data and models; return the events."""
    monkeypatch.setattr(benchmark_command, "_check_pairs", lambda *arguments: None)
    return stand_in


def rows(out):
    """The words of each line."""
    return [line.split() for line in out.splitlines()]


def test_all_runs_a_report_and_nothing_twice(quick, run, in_folder):
    status, out, err = run(*BENCHMARK, "--jobs", 2)
    assert (status, err) == (0, "")
    assert "Small: 4 runs, 0 of them whole." in out
    assert "done 4, running 0, failed 0, left 0   " in out
    assert "wide 2 1.500 +- 6.353".split() in rows(out)
    assert len(quick()) == 8
    status, out, _ = run(*BENCHMARK)
    assert status == 0 and "4 runs, 4 of them whole" in out and "1.500" in out
    assert len(quick()) == 8


def test_a_new_seed_is_run_beside_the_others(quick, run, in_folder):
    run(*BENCHMARK)
    (in_folder / "suite.yaml").write_text(SUITE.replace("[0, 1]", "[0, 1, 2]"))
    status, out, _ = run(*BENCHMARK)
    assert status == 0 and "wide 3 2.000 +- 2.484".split() in rows(out)
    assert quick()[8:] == [
        *("train wide seed-2", "evaluate wide seed-2"),
        *("train plain seed-2", "evaluate plain seed-2"),
    ]


def test_a_changed_suite_is_refused_before_anything_runs(quick, run, in_folder):
    run(*BENCHMARK)
    before = (in_folder / "suite" / "report.md").read_bytes()
    (in_folder / "suite.yaml").write_text(SUITE.replace("steps: 5", "steps: 6"))
    status, _, err = run(*BENCHMARK)
    assert status == 2 and "--steps=5, now --steps=6" in err
    assert len(quick()) == 8 and (in_folder / "suite" / "report.md").read_bytes() == before


def test_the_others_go_on_when_one_fails(quick, run, in_folder):
    (in_folder / "how.json").write_text(json.dumps({"train wide seed-1": {"status": 4}}))
    status, out, _ = run(*BENCHMARK)
    assert status == 1
    assert "wide, digits, seed 1: failed: `st-keras train` ended with status 4\n  line 25" in out
    assert "1 of 4 runs are not finished" in out
    assert "wide 1 1.000".split() in rows(out)
    (in_folder / "how.json").unlink()
    assert run(*BENCHMARK)[0] == 0
    assert quick()[-2:] == ["train wide seed-1", "evaluate wide seed-1"]


def test_a_dry_run_writes_nothing(quick, run, in_folder):
    status, out, _ = run(*BENCHMARK, "--dry-run")
    assert status == 0
    assert "2: plain, digits, seed 0\n  st-keras train convlstm --data=digits --steps=5" in out
    assert quick() == [] and not (in_folder / "suite").exists()


def test_one_alone_and_what_is_there_collected(quick, run, in_folder):
    assert run(*BENCHMARK, "--only", 2)[0] == 0
    assert quick() == ["train plain seed-0", "evaluate plain seed-0"]
    assert not (in_folder / "suite" / "report.md").exists()
    status, out, _ = run(*BENCHMARK, "--collect")
    assert status == 1 and "3 of 4 runs are not finished" in out and "plain        1" in out
    assert len(quick()) == 2


def test_an_array_of_what_is_left(quick, run, in_folder):
    run(*BENCHMARK, "--only", 2)
    status, out, _ = run(*BENCHMARK, "--engine", "slurm", "--jobs", 3, "--cores", 2)
    assert status == 0
    assert "Submit:  sbatch suite/array.sh" in out
    assert "Then:    st-keras benchmark suite.yaml --out suite --collect" in out
    text = (in_folder / "suite" / "array.sh").read_text()
    assert "--array=0-1,3%3\n" in text and "--cpus-per-task=2" in text
    for number in (0, 1, 3):
        run(*BENCHMARK, "--only", number)
    assert "nothing to submit" in run(*BENCHMARK, "--engine", "slurm")[1]
    assert run(*BENCHMARK, "--collect")[0] == 0


def test_an_array_of_a_suite_that_has_grown_since(quick, run, in_folder):
    run(*BENCHMARK, "--engine", "slurm")
    script = (in_folder / "suite" / "array.sh").read_text().splitlines()[-1]
    job = shlex.split(script.replace('"$SLURM_ARRAY_TASK_ID"', "2"))[4:]
    (in_folder / "suite.yaml").write_text(SUITE.replace("[0, 1]", "[0, 1, 2]"))
    status, _, err = run(*job)  # number 2 is another run now
    assert status == 2 and quick() == []
    assert "where the suite has others by now" in err and "Write the array again" in err
    (in_folder / "suite.yaml").write_text(SUITE)
    assert run(*job)[0] == 0 and quick()[0] == "train plain seed-0"


def test_a_second_benchmark_is_refused(quick, run, suite):
    with suite_folder(suite):
        status, _, err = run(*BENCHMARK)
    assert status == 2 and "the suite in 'suite', at which another process is at work" in err
    assert quick() == []


def test_ctrl_c_says_how_to_go_on(quick, run, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("st_keras.cli.benchmark.processes.run_in_processes", interrupted)
    status, out, err = run(*BENCHMARK)
    assert (status, err) == (130, "st-keras benchmark: interrupted\n")
    assert "The same command goes on" in out


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--only", 4], "--only: received 4 for 4 runs. Required: a number from 0 to 3"),
        (["--of", "a"], "--of: received it without --only. Required: both"),
        (["--collect"], "--collect: received 'suite', where no run of the suite has begun"),
        (["--only", 1, "--collect"], "--collect: received it with --only"),
        (["--dry-run", "--collect"], "--dry-run: received it with --collect"),
        (["--address", "auto"], "--address: received auto with --engine processes"),
        (["--gpus", 1], "--gpus: received 1 with --engine processes. Required: --engine ray or"),
        (["--out", "file"], "--out: received 'file', which exists"),
    ],
)
def test_refused_flags(flags, told, quick, run, in_folder):
    (in_folder / "file").write_text("mine")
    status, _, err = run(*BENCHMARK, *flags)
    assert status == 2 and told in err and "Traceback" not in err
    assert quick() == []


def test_a_cluster_of_tensorflow_is_refused(quick, run, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "{}")
    status, _, err = run(*BENCHMARK)
    assert status == 2 and "received a TF_CONFIG in the environment. Required: none" in err


def test_without_ray(quick, run, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    status, _, err = run(*BENCHMARK, "--engine", "ray")
    assert status == 2 and "pip install 'st_keras[ray]'" in err and quick() == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("{data: digits}", "{data: none.npy}"), "path 'none.npy', which is no file"),
        (("{data: digits}", "{data: cut.npy}"), "cut.npy"),
        (("family: convlstm", "family: convlstm, patch-size: 3"), "patch_size"),
    ],
)
def test_data_and_models_are_looked_at_first(change, told, stand_in, run, in_folder):
    np.save("whole.npy", squares(4, 24))
    whole = (in_folder / "whole.npy").read_bytes()
    (in_folder / "cut.npy").write_bytes(whole[: len(whole) // 2])
    (in_folder / "suite.yaml").write_text(SUITE.replace(*change))
    status, _, err = run(*BENCHMARK)
    assert status == 2, err
    assert "st-keras benchmark: suite.yaml: models." in err and told in err
    assert stand_in() == [] and not (in_folder / "suite").exists()


def write_real(text, in_folder):
    """Write a suite whose runs are over at once."""
    text = text.replace("steps: 5, batch: 4", TINY).replace("sequences: 8", "sequences: 2")
    (in_folder / "suite.yaml").write_text(text.replace("filters: [8, 8]", "preset: smoke"))


def test_a_real_run_from_yaml_to_report(run, in_folder):
    text = SUITE.replace("  wide: {family: predrnn, filters: [8, 8]}\n", "")
    write_real(text.replace("seeds: [0, 1]", "seeds: [3]"), in_folder)
    status, out, _ = run(*BENCHMARK)
    assert status == 0, out
    numbers = json.loads((in_folder / "suite" / "results.json").read_text())
    (one,) = numbers["runs"]
    by_hand = json.loads(
        (in_folder / "suite/runs/plain/digits/seed-3/evaluation/scores.json").read_text()
    )["scores"]["ConvLSTM"]["mse"]
    assert one["scores"]["mse"] == pytest.approx(np.mean(by_hand))
    assert one["scores_by_lead_time"]["mse"] == by_hand and len(by_hand) == 2
    # The command of the report is the one that was typed, and the run whole: it trains no more.
    record = json.loads(
        (in_folder / "suite/runs/plain/digits/seed-3/training/run.json").read_text()
    )
    assert record["command"] == one["commands"][0]
    status, out, _ = run(*one["commands"][0][1:])
    assert status == 0 and "nothing is left to train" in out


def whole_states(folder):
    return [json.loads(path.read_text())["status"] for path in folder.rglob("state.json")]


@pytest.mark.long
def test_a_benchmark_that_is_killed_goes_on(in_folder):
    long = SUITE.replace("[8, 8]", "[4]").replace("steps: 5", "steps: 60, resume-every: 5")
    long = long.replace("  plain: {family: convlstm}\n", "")
    short = long.replace("batch: 4", "batch: 2, context-length: 2, horizon: 2")
    (in_folder / "suite.yaml").write_text(short.replace("sequences: 8", "sequences: 2"))
    command = [sys.executable, "-m", "st_keras.cli.main", *BENCHMARK]
    states = in_folder / "suite/runs/wide/digits/seed-0/training/resume"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 240
        while not (states.is_dir() and any(states.iterdir())):
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert whole_states(in_folder) == ["running"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
    assert whole_states(in_folder) == ["finished"] * 2
    first = read_suite("suite.yaml").runs[0]
    record = json.loads((first.training / "run.json").read_text())
    # It went on after what the kill left, and did not begin anew.
    assert len(record["starts"]) == 2 and record["resumed_after"][0] >= 5
    assert json.loads((first.folder / "state.json").read_text())["attempts"] == 2
    # What it came to is what an undisturbed run comes to.
    alone = dataclasses.replace(first, folder=in_folder / "alone")
    for words in alone.commands():
        subprocess.run([*command[:3], *words], check=True, capture_output=True)
    scores = [json.loads((r.evaluation / "scores.json").read_text()) for r in (first, alone)]
    np.testing.assert_allclose(*(s["scores"]["PredRNN"]["mse"] for s in scores), rtol=1e-3)
