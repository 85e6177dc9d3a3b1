"""Several runs at once on one machine, which share its cores."""

import os
import signal
import threading
import time

import pytest

from st_keras.cli.benchmark import processes
from st_keras.cli.benchmark.one_run import Outcome
from st_keras.cli.benchmark.processes import THREADS, run_in_processes, shares
from st_keras.cli.benchmark.progress import Progress


@pytest.fixture
def free_threads(monkeypatch):
    """An environment that says nothing of threads, on a machine of seven cores."""
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(processes, "processor", lambda: {"cores": 7})


def test_cores_are_divided(free_threads):
    assert shares(3) == [{"TF_NUM_INTRAOP_THREADS": "2", "OMP_NUM_THREADS": "2"}] * 3
    assert shares(9)[8]["OMP_NUM_THREADS"] == "1"
    assert shares(2, cores=5)[0]["OMP_NUM_THREADS"] == "5"


def test_what_the_environment_says_stays(free_threads, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "6")
    assert shares(7) == [{"TF_NUM_INTRAOP_THREADS": "1"}] * 7


def test_gpus_are_dealt_out(free_threads):
    dealt = [each["CUDA_VISIBLE_DEVICES"] for each in shares(3, gpus=["4", "5"])]
    assert dealt == ["4", "5", "4"]
    assert shares(1, gpus=["4"])[0]["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert "CUDA_VISIBLE_DEVICES" not in shares(1)[0]


class Counted:
    """In place of `carry_out`: how many are at work at once, with which environments."""

    def __init__(self):
        self.now = self.most = 0
        self.environments, self.lock = [], threading.Lock()

    def __call__(self, run, environment, stop):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.environments.append(environment)
        time.sleep(0.1)
        with self.lock:
            self.now -= 1
        return Outcome("finished" if run.seed == 0 else "failed", "", 0.1)


@pytest.mark.parametrize("jobs", [1, 2, 9])
def test_as_many_at_once_as_asked(jobs, suite, free_threads, monkeypatch, capsys):
    counted = Counted()
    monkeypatch.setattr(processes, "carry_out", counted)
    progress = Progress(4)
    run_in_processes(list(suite.runs), jobs, None, progress)
    assert counted.most == min(jobs, 4)
    threads = {each["OMP_NUM_THREADS"] for each in counted.environments}
    assert threads == {str(7 // min(jobs, 4))}
    assert set(progress.outcomes) == set(suite.runs)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("done 0, running 1, failed 0, left 3   wide, digits, seed 0: begins")
    assert lines[-1].startswith("done 2, running 0, failed 2, left 0   ")


def test_nothing_to_do(suite):
    run_in_processes([], 2, None, Progress(0))


def test_ctrl_c_stops_those_at_work_and_begins_no_others(suite, monkeypatch):
    stopped = []

    def carry_out(run, environment, stop):
        if run.seed == 1:
            time.sleep(0.5)  # until all have been handed to the pool
            os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(20)
        stopped.append(run)
        return Outcome("interrupted")

    monkeypatch.setattr(processes, "carry_out", carry_out)
    with pytest.raises(KeyboardInterrupt):
        run_in_processes(list(suite.runs), 2, None, Progress(4))
    assert set(stopped) == set(suite.runs[:2])
