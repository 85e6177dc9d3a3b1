"""A worker does not outlive the process that started it."""

import os
import pathlib
import signal
import subprocess
import sys
import time

from st_keras.cli.launch import worker_process

# By its path: what lies above it loads TensorFlow.
CHILD = f"""
import importlib.util, os, sys, time
spec = importlib.util.spec_from_file_location("it", {worker_process.__file__!r})
it = importlib.util.module_from_spec(spec)
spec.loader.exec_module(it)
it.end_with(int(sys.argv[1]))
print("ready", flush=True)
time.sleep(60)
"""
PARENT = f"""
import os, subprocess, sys, time
child = [sys.executable, "-c", {CHILD!r}, str(os.getpid())]
print(subprocess.Popen(child, start_new_session=True).pid, flush=True)
time.sleep(60)
"""


def ends_within(seconds, pid):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            # One whose new parent does not ask for its status has ended, too.
            if pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


def test_ends_when_its_parent_is_killed():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        lines = sorted(parent.stdout.readline().strip() for _ in range(2))
        child = int(lines[0])
        assert lines[1] == "ready"
        assert not ends_within(1.0, child)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert ends_within(20.0, child)


def test_a_parent_that_is_gone_already(monkeypatch):
    sent = []
    monkeypatch.setattr(worker_process.os, "kill", lambda *arguments: sent.append(arguments))
    worker_process._watch(launcher=-1)
    assert sent == [(os.getpid(), signal.SIGKILL)]
