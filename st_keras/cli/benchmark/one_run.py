"""Carry out one run of a suite: `st-keras train`, then `st-keras evaluate`, each a process."""

import dataclasses
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

from st_keras.cli.benchmark.run_state import (
    BUSY,
    FAILED,
    FINISHED,
    INTERRUPTED,
    LOG,
    RUNNING,
    read_state,
    write_state,
)
from st_keras.cli.process_end import ended
from st_keras.files.file_lock import LockedError, locked
from st_keras.files.whole_file import make_folder
from st_keras.files.write_refusal import write_refusal
from st_keras.validation import InputError

GRACE_SECONDS = 60.0  # for a command to keep what it has when it is asked to end
LEFT_SECONDS = 5.0  # for commands of a benchmark that was killed to notice it
_POLL_SECONDS = 0.2
_OWN_SIGNAL_SECONDS = 1.0
_ASKED_TO_END = (-signal.SIGTERM, 128 + signal.SIGTERM)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        status: "finished", "failed", "interrupted", or "busy": another process carries it out.
        message: str, why it is not finished.
        seconds: float, of this attempt.
    """

    status: str
    message: str = ""
    seconds: float = 0.0


def carry_out(run, environment=None, stop=None):
    """Train and score, unless it is done already; what was killed goes on.

    Args:
        run: `Run`.
        environment: dict of str, added to that of this process. Default: nothing.
        stop: `threading.Event` that asks it to end. Default None: only signals do.

    Returns:
        `Outcome`.

    Raises:
        KeyboardInterrupt: if this process is interrupted; the command is asked to end first.
    """
    stop = threading.Event() if stop is None else stop
    begin = time.monotonic()

    def outcome(status, message=""):
        return Outcome(status, message, round(time.monotonic() - begin, 1))

    try:
        with write_refusal("--out", run.folder):
            make_folder(run.folder)
        what = f"the run {run.name}"
        with locked("--out", run.folder / ".lock", what, LEFT_SECONDS) as lock:
            status, message = _carried_out(run, environment, stop, lock)
    except LockedError as reason:
        return outcome(BUSY, str(reason))
    except InputError as reason:
        return outcome(FAILED, str(reason))
    return outcome(status, message)


def _carried_out(run, environment, stop, lock):
    before = read_state(run) or {}
    if before.get("status") == FINISHED:
        return FINISHED, ""
    if before:
        # What a killed `evaluate` has left is half of it; `train` goes on with what it finds.
        shutil.rmtree(run.evaluation, ignore_errors=True)
    attempts, begin = before.get("attempts", 0) + 1, time.monotonic()

    def write(status, **more):
        seconds = before.get("seconds", 0.0) + time.monotonic() - begin
        write_state(run, status, attempts, seconds=round(seconds, 1), **more)

    write(RUNNING)
    for words in run.commands():
        try:
            status = _ran(words, run, environment, stop, lock)
        except BaseException:
            write(INTERRUPTED)
            raise
        if status in _ASKED_TO_END:
            # Schedulers send it to all processes: this one's own must not come too late.
            stop.wait(_OWN_SIGNAL_SECONDS)
        if stop.is_set() or status in _ASKED_TO_END:
            write(INTERRUPTED)
            return INTERRUPTED, "it was asked to end; the same command goes on"
        if status:
            message = f"`st-keras {words[0]}` {ended(status)}"
            write(FAILED, message=message)
            return FAILED, message
    write(FINISHED)
    return FINISHED, ""


def program():
    """Return how `st-keras` is started: with this Python, and ending when this process does."""
    return [sys.executable, "-m", "st_keras.cli.launch.worker_process", str(os.getpid())]


def _ran(words, run, environment, stop, lock):
    """Run one command, what it prints goes to the log; return its status."""
    if stop.is_set():
        return 0
    with open(run.folder / LOG, "ab") as log:
        log.write(f"$ {shlex.join(['st-keras', *words])}\n".encode())
        log.flush()
        process = subprocess.Popen(  # noqa: S603  (our own command line)
            [*program(), *words],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # A terminal's Ctrl-C is for the benchmark, which then ends the run.
            start_new_session=True,
            # It keeps the lock for as long as it outlives this process.
            **({"pass_fds": (lock,)} if os.name == "posix" else {}),
        )
    try:
        while True:
            try:
                return process.wait(_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if stop.is_set():
                    return _end(process)
    except BaseException:
        _end(process)
        raise


def _end(process):
    """Ask a process to end, as schedulers do; return its status."""
    process.terminate()
    try:
        return process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
    except BaseException:  # a second Ctrl-C
        process.kill()
        process.wait()
        raise


def run_by_number(suite, number):
    """Carry out the run of a number: what a job of an array does; return the exit status."""
    run = suite.runs[number]
    print(f"{run.name}: {run.folder / LOG}", flush=True)
    outcome = carry_out(run)
    print(f"{run.name}: {outcome.status}{outcome.message and ': '}{outcome.message}", flush=True)
    return 0 if outcome.status == FINISHED else 1
