"""The process of a trial: started, waited for, and told of when it crashes."""

import json
import os
import sys
import threading
import time

import pytest

from st_keras.cli.tune.trial_runner import read_result, run_in_process

VALUES = {"layers": 1, "learning_rate": 0.001}


@pytest.fixture
def python_is(tmp_path, monkeypatch):
    """Have a shell script run in place of Python."""

    def replace(script):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return replace


def test_a_process_that_leaves_no_result_has_failed(tmp_path, python_is):
    python_is("echo cannot go on; exit 7")
    result = run_in_process(tmp_path, ["tune"], VALUES)
    assert result["status"] == "failed" and result["values"] == VALUES
    assert "its process ended with status 7; see" in result["message"]
    assert (tmp_path / "log.txt").read_text() == "cannot go on\n"
    assert read_result(tmp_path) == result
    assert result["pid"] != os.getpid()


def test_a_process_that_is_killed_has_failed(tmp_path, python_is):
    python_is("kill -9 $$")
    message = run_in_process(tmp_path, ["tune"], VALUES)["message"]
    assert "was ended by signal 9, as it is when memory runs out" in message
    python_is("kill -11 $$")
    assert "was ended by signal 11; see" in run_in_process(tmp_path, ["tune"], VALUES)["message"]


def test_the_process_is_told_what_to_do(tmp_path, python_is):
    python_is(f'echo "$@" > {tmp_path}/told')
    run_in_process(tmp_path, ["tune", "predrnn", tmp_path], VALUES)
    told = f"-m st_keras.cli.tune.trial_process {os.getpid()} {tmp_path}"
    assert (tmp_path / "told").read_text().strip() == told
    job = json.loads((tmp_path / "job.json").read_text())
    assert job == {"arguments": ["tune", "predrnn", str(tmp_path)], "values": VALUES}


def test_what_was_completed_is_not_run_again(tmp_path, python_is):
    python_is("exit 1")
    done = {"status": "completed", "values": VALUES, "score": 0.5}
    (tmp_path / "result.json").write_text(json.dumps(done))
    assert run_in_process(tmp_path, ["tune"], VALUES) == done
    other = run_in_process(tmp_path, ["tune"], {**VALUES, "layers": 2})
    assert other["status"] == "failed"


def test_the_process_ends_with_an_interruption(tmp_path, python_is):
    python_is(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    threading.Thread(target=_interrupt_when_there, args=(tmp_path / "pid",)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_in_process(tmp_path, ["tune"], VALUES)
    assert time.monotonic() - begin < 30
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert read_result(tmp_path) is None


def _interrupt_when_there(path):
    while not path.is_file() or not path.read_text():
        time.sleep(0.01)
    time.sleep(0.3)  # until it is waited for
    os.kill(os.getpid(), 2)


def test_a_scheduler_that_ends_all_processes_fails_no_trial(tmp_path, python_is, monkeypatch):
    """The trial may be gone a moment before the search hears of it."""

    def hear(seconds):
        raise KeyboardInterrupt

    python_is("kill -15 $$")
    with monkeypatch.context() as patch:
        patch.setattr("st_keras.cli.tune.trial_runner.time.sleep", hear)
        with pytest.raises(KeyboardInterrupt):
            run_in_process(tmp_path, ["tune"], VALUES)
    assert read_result(tmp_path) is None
    monkeypatch.setattr("st_keras.cli.tune.trial_runner._OWN_SIGNAL_SECONDS", 0.0)
    assert "was ended by signal 15" in run_in_process(tmp_path, ["tune"], VALUES)["message"]


@pytest.mark.parametrize("content", ["{", "[]", "[" * 100_000])
def test_a_damaged_result_is_none(content, tmp_path):
    (tmp_path / "result.json").write_text(content)
    assert read_result(tmp_path) is None
