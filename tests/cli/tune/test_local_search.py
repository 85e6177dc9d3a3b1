"""A chief with its workers: what ends the search, and that no process stays behind."""

import os
import sys

import pytest

from st_keras.cli.tune.local_search import search_with_workers


class Tuner:
    """A chief that serves until it is told, or fails."""

    def __init__(self, failure=None):
        self.failure = failure
        self.role = os.environ["KERASTUNER_TUNER_ID"]

    def search(self):
        if self.failure:
            raise self.failure


@pytest.fixture
def python_is(tmp_path, monkeypatch):
    def replace(script):
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(path))

    return replace


def test_workers_run_the_command_under_names_of_their_own(tmp_path, python_is):
    python_is(f'echo "$@" > {tmp_path}/$KERASTUNER_TUNER_ID.$KERASTUNER_ORACLE_IP')
    made = []
    status = search_with_workers(lambda: made.append(Tuner()) or made[-1], ["tune", "x"], 2)
    assert status == 0 and made[0].role == "chief"
    for name in ("worker0", "worker1"):
        told = (tmp_path / f"{name}.127.0.0.1").read_text().split()
        assert told == ["-m", "st_keras.cli.launch.worker_process", str(os.getpid()), "tune", "x"]
    assert "KERASTUNER_TUNER_ID" not in os.environ


def test_the_status_of_a_worker_that_failed(python_is):
    python_is("exit 5")
    assert search_with_workers(Tuner, ["tune"], 2) == 5


def test_without_a_chief_the_workers_end(tmp_path, python_is):
    python_is("exec sleep 60")
    with pytest.raises(RuntimeError, match="the port is taken"):
        search_with_workers(lambda: Tuner(RuntimeError("the port is taken")), ["tune"], 2)
