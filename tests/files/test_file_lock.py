"""A lock that one process holds, and that its end takes away."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time

import pytest

from st_keras.files.file_lock import LockedError, locked
from tests.refusals import refused

# Holds the lock itself, or lets a child hold it that got the descriptor.
HOLDER = """
import fcntl, os, subprocess, sys, time
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.flock(lock, fcntl.LOCK_EX)
if sys.argv[2:]:
    print(subprocess.Popen(["sleep", "60"], pass_fds=(lock,)).pid, flush=True)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Start a process that holds the lock; return it, and the first line that it says."""
    started = []

    def start(*arguments):
        words = [sys.executable, "-S", "-c", HOLDER, tmp_path / "l", *arguments]
        started.append(subprocess.Popen(words, stdout=subprocess.PIPE, text=True))
        return started[-1], started[-1].stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ask(path, wait=0.0):
    with locked("--out", path, "the suite", wait):
        return True


def test_one_after_the_other(tmp_path):
    assert ask(tmp_path / "new" / "l") and ask(tmp_path / "new" / "l")


def test_the_second_is_refused_until_the_first_is_killed(tmp_path, holder):
    process, _ = holder()
    text = refused("--out: received the suite, at which another process", ask, tmp_path / "l")
    assert "Wait for it, or end it." in text
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert ask(tmp_path / "l")


def test_a_child_with_the_descriptor_holds_it_too(tmp_path, holder):
    process, child = holder("child")
    process.kill()
    process.wait()
    with pytest.raises(LockedError):
        ask(tmp_path / "l")
    os.kill(int(child), signal.SIGKILL)
    assert ask(tmp_path / "l", wait=10.0)


def test_it_waits_as_long_as_it_is_told(tmp_path, holder):
    holder()
    begin = time.monotonic()
    with pytest.raises(LockedError):
        ask(tmp_path / "l", wait=0.3)
    assert 0.3 <= time.monotonic() - begin < 10


def test_a_place_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    refused("--out: received .* when .*l' was to be written", ask, tmp_path / "file" / "l")


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks(number, tmp_path, monkeypatch):
    def flock(descriptor, how):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)
    told = f"--out: received {os.strerror(number)} when .*l' was to be locked"
    text = refused(told, ask, tmp_path / "l")
    assert "Required: a file system with flock. Choose a folder on another disk" in text
