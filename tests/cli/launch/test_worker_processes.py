"""Processes that are started, heard and ended together."""

import signal
import subprocess
import sys
import threading
import time

import pytest

from st_keras.cli.launch.worker_processes import WorkerProcesses

WHO = "import os, sys, time; me = int(os.environ['ME'])\n"


def workers(code, count=2):
    environments = [{"ME": str(index)} for index in range(count)]
    return WorkerProcesses([sys.executable, "-c", WHO + code], environments)


def test_lines_of_the_others_carry_their_name(capfd):
    # The last line of the others has no end.
    code = "print(f'out {me}'); print(f'err {me}', file=sys.stderr)\n"
    code += "print('half', end='' if me else '\\n')"
    assert workers(code, count=3).wait(grace=5.0) == 0
    out, err = capfd.readouterr()
    assert sorted(out.splitlines()) == [
        *("[worker 1] half", "[worker 1] out 1", "[worker 2] half", "[worker 2] out 2"),
        *("half", "out 0"),
    ]
    assert sorted(err.splitlines()) == ["[worker 1] err 1", "[worker 2] err 2", "err 0"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("sys.exit(0)", 0),
        ("sys.exit(4 if me == 1 else 0)", 4),
        ("time.sleep(1.0 if me == 0 else 0); sys.exit(7 if me == 0 else 5)", 5),
        ("os.kill(os.getpid(), 9) if me == 1 else None", 128 + signal.SIGKILL),
        # What one refuses, the other takes for a lost worker, and may be the first to say so.
        ("sys.exit(2 if me == 1 else 3)", 2),
        ("time.sleep(0.5 if me == 1 else 0); sys.exit(2 if me == 1 else 3)", 2),
    ],
)
def test_the_status_is_that_of_the_first_that_fails(code, status):
    assert workers(code).wait(grace=20.0) == status


def test_those_that_do_not_notice_are_ended_after_the_grace_time():
    begin = time.monotonic()
    assert workers("sys.exit(3) if me == 1 else time.sleep(60)").wait(grace=0.5) == 3
    assert time.monotonic() - begin < 20


def test_those_that_refuse_to_end_are_killed(monkeypatch):
    monkeypatch.setattr("st_keras.cli.launch.worker_processes._KILL_SECONDS", 0.5)
    stubborn = "import signal; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
    begin = time.monotonic()
    assert workers(f"sys.exit(3) if me == 1 else exec('{stubborn}')").wait(grace=1.0) == 3
    assert time.monotonic() - begin < 20


def test_the_others_are_not_waited_for_when_one_has_done_its_work():
    begin = time.monotonic()
    assert workers("None if me == 1 else time.sleep(60)").wait(grace=0.5) == 128 + signal.SIGTERM
    assert time.monotonic() - begin < 20


def test_a_loss_stays_one_when_the_others_have_to_be_ended():
    assert workers("sys.exit(3) if me == 0 else time.sleep(60)").wait(grace=0.5) == 3


def test_those_that_run_are_ended_when_one_cannot_be_started(monkeypatch):
    started, start = [], subprocess.Popen

    def fail_at_the_third(*arguments, **keywords):
        if len(started) == 2:
            raise OSError("out of memory")
        started.append(start(*arguments, **keywords))
        return started[-1]

    monkeypatch.setattr("st_keras.cli.launch.worker_processes.subprocess.Popen", fail_at_the_third)
    with pytest.raises(OSError, match="out of memory"):
        workers("time.sleep(60)", count=3)
    assert [process.poll() for process in started] == [-signal.SIGTERM] * 2


def test_a_signal_reaches_all():
    both = workers("time.sleep(60)")
    timer = threading.Timer(0.5, both.send, [signal.SIGTERM])
    timer.start()
    assert both.wait(grace=20.0) == 128 + signal.SIGTERM
