"""`st-keras launch`: what is refused before a process is started, and what is started."""

import contextlib
import json
import os
import signal

import pytest

from st_keras.cli import launch_command

TRAIN = ("train", "predrnn", "--data", "digits", "--out", "run")


class FakeWorkers:
    """Remembers what it was asked for."""

    status, made = 0, []

    def __init__(self, command, environments):
        self.command, self.environments, self.signals = command, environments, []
        self.ended = False
        FakeWorkers.made.append(self)

    def wait(self, grace):
        if isinstance(self.status, type) and not self.signals:
            raise self.status
        return self.status

    def send(self, number):
        self.signals.append(number)

    def end(self):
        self.ended = True


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(launch_command, "WorkerProcesses", FakeWorkers)
    monkeypatch.setattr(FakeWorkers, "made", [])
    monkeypatch.delenv("TF_CONFIG", raising=False)
    return FakeWorkers


def test_refuses_a_cluster_that_is_there_already(run, fake, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "{}")
    status, _, err = run("launch", "--", *TRAIN)
    assert status == 2
    assert "received a TF_CONFIG in the environment. Required: none" in err
    assert fake.made == []


def test_starts_the_command_once_for_each_worker(run, fake):
    assert run("launch", "--workers", 3, "--", *TRAIN, "--resume")[0] == 0
    (workers,) = fake.made
    module = ["-m", "st_keras.cli.launch.worker_process", str(os.getpid())]
    assert workers.command[1:] == [*module, *TRAIN, "--resume"]
    tasks = [json.loads(e["TF_CONFIG"])["task"]["index"] for e in workers.environments]
    assert tasks == [0, 1, 2]
    assert workers.ended


def test_returns_the_status_of_the_workers(run, fake, monkeypatch):
    monkeypatch.setattr(fake, "status", 3)
    assert run("launch", "--", *TRAIN)[0] == 3


def test_ctrl_c_goes_to_all(run, fake, monkeypatch):
    monkeypatch.setattr(fake, "status", KeyboardInterrupt)
    assert run("launch", "--", *TRAIN)[0] == 130
    assert fake.made[0].signals == [signal.SIGINT]
    assert fake.made[0].ended


@contextlib.contextmanager
def answered_by(number, handler):
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize("number", launch_command.ENDINGS, ids=lambda number: number.name)
@pytest.mark.parametrize("while_starting", [True, False])
def test_a_request_to_end_becomes_an_exit(number, while_starting, run, fake, monkeypatch):
    ask = lambda *_: signal.raise_signal(number)  # noqa: E731
    monkeypatch.setattr(fake, "__init__" if while_starting else "wait", ask)
    with answered_by(number, signal.SIG_DFL):  # these tests may run under nohup
        assert run("launch", "--", *TRAIN)[0] == 128 + number
        assert signal.getsignal(number) == signal.SIG_DFL
    assert all(workers.ended for workers in fake.made)


def test_what_nohup_ignores_stays_ignored(run, fake, monkeypatch):
    seen = []
    monkeypatch.setattr(fake, "wait", lambda *_: seen.append(signal.getsignal(signal.SIGHUP)))
    with answered_by(signal.SIGHUP, signal.SIG_IGN):
        assert run("launch", "--", *TRAIN)[0] == 0
    assert seen == [signal.SIG_IGN]
