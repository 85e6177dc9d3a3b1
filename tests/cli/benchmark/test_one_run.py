"""One run: two commands, what a kill leaves, what is not run again."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from st_keras.cli.benchmark import one_run
from st_keras.cli.benchmark.one_run import carry_out, run_by_number
from st_keras.cli.benchmark.run_state import end_of_log, read_state
from st_keras.files.file_lock import locked


def happens(in_folder, **how):
    names = {name.replace("_", " ").replace("seed ", "seed-"): told for name, told in how.items()}
    (in_folder / "how.json").write_text(json.dumps(names))


def test_it_trains_then_scores_and_only_once(suite, stand_in):
    run = suite.runs[1]
    outcome = carry_out(run, {"TF_NUM_INTRAOP_THREADS": "3"})
    assert (outcome.status, outcome.message) == ("finished", "") and outcome.seconds > 0
    assert stand_in() == ["train wide seed-1", "evaluate wide seed-1"]
    log = (run.folder / "log.txt").read_text()
    assert log.startswith("$ st-keras train predrnn --data=digits")
    assert "\n$ st-keras evaluate suite/runs/wide" in log and "threads 3" in log
    assert carry_out(run).status == "finished" and len(stand_in()) == 2
    assert read_state(run)["attempts"] == 1


def test_the_program_is_st_keras(suite):
    words = [*one_run.program(), "train", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert "usage: st-keras train" in done.stdout


@pytest.mark.parametrize(("command", "status"), [("train", 2), ("evaluate", 1)])
def test_a_run_that_fails_says_which_command_and_how(command, status, suite, stand_in, in_folder):
    run = suite.runs[0]
    happens(in_folder, **{f"{command}_wide_seed_0": {"status": status}})
    outcome = carry_out(run)
    assert outcome.status == read_state(run)["status"] == "failed"
    assert outcome.message == f"`st-keras {command}` ended with status {status}"
    assert end_of_log(run)[-1] == "line 39"
    # What was at fault is mended: the same run goes on.
    (in_folder / "how.json").unlink()
    assert carry_out(run).status == "finished"
    assert read_state(run)["attempts"] == 2
    assert stand_in()[-2:] == ["train wide seed-0", "evaluate wide seed-0"]


def in_thread(run, stop):
    found = []
    thread = threading.Thread(target=lambda: found.append(carry_out(run, stop=stop)))
    thread.start()
    return thread, found


def wait_for(path):
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_half_of_an_evaluation_is_done_again(suite, stand_in, in_folder):
    run, stop = suite.runs[0], threading.Event()
    happens(in_folder, evaluate_wide_seed_0={"sleep": 60})
    thread, found = in_thread(run, stop)
    wait_for(run.evaluation / "half")
    assert read_state(run)["status"] == "running"
    stop.set()
    thread.join(20)
    assert found[0].status == read_state(run)["status"] == "interrupted"
    assert "the same command goes on" in found[0].message
    (in_folder / "how.json").unlink()
    assert carry_out(run).status == "finished"
    assert not (run.evaluation / "half").exists()


def test_an_evaluation_that_is_not_ours_stays(suite, stand_in):
    run = suite.runs[0]
    run.evaluation.mkdir(parents=True)
    (run.evaluation / "mine").write_text("mine")
    assert carry_out(run).status == "failed"
    assert (run.evaluation / "mine").read_text() == "mine"


def test_a_command_that_does_not_end_is_ended(suite, in_folder, monkeypatch):
    run, stop = suite.runs[0], threading.Event()
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); open('up', 'w'); "
    monkeypatch.setattr(
        one_run, "program", lambda: [sys.executable, "-S", "-c", stubborn + "time.sleep(60)"]
    )
    monkeypatch.setattr(one_run, "GRACE_SECONDS", 0.3)
    thread, found = in_thread(run, stop)
    wait_for(in_folder / "up")
    stop.set()
    thread.join(20)
    assert found[0].status == "interrupted"


def test_a_command_that_a_scheduler_ended_is_no_failure(suite, in_folder, monkeypatch):
    code = "import os; os.kill(os.getpid(), 15)"
    monkeypatch.setattr(one_run, "program", lambda: [sys.executable, "-S", "-c", code])
    monkeypatch.setattr(one_run, "_OWN_SIGNAL_SECONDS", 0.0)
    assert carry_out(suite.runs[0]).status == "interrupted"


def test_ctrl_c_ends_the_command_first(suite, stand_in, in_folder):
    run = suite.runs[0]
    happens(in_folder, train_wide_seed_0={"sleep": 60})

    def interrupt():
        wait_for(run.training / "half")
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        carry_out(run)
    thread.join()
    assert read_state(run)["status"] == "interrupted"
    with locked("test", run.folder / ".lock", "the run"):
        pass


def test_a_run_that_another_process_carries_out_is_left_alone(suite, stand_in, monkeypatch):
    monkeypatch.setattr(one_run, "LEFT_SECONDS", 0.0)
    run = suite.runs[0]
    with locked("test", run.folder / ".lock", "the run"):
        outcome = carry_out(run)
    assert outcome.status == "busy" and "another process is at work" in outcome.message
    assert stand_in() == [] and read_state(run) is None


def test_by_its_number(suite, stand_in, in_folder, capsys):
    happens(in_folder, train_plain_seed_0={"status": 7})
    assert run_by_number(suite, 1) == 0 and run_by_number(suite, 2) == 1
    assert "plain, digits, seed 0: failed: `st-keras train` ended with status 7" in (
        capsys.readouterr().out
    )
