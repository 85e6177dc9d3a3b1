"""Whatever happens in the process of a row, it is a row."""

import argparse
import os
import time

import pytest

from benchmarks.gpu import row_process
from benchmarks.gpu.row_process import answer
from tests.benchmarks.gpu.stand_in_row import row

SETTINGS = argparse.Namespace(smoke=True, batch=3, backend="tensorflow")


def test_what_it_found():
    found = answer(row("answer"), SETTINGS, 60)
    assert found.pop("seconds") > 0
    assert found == {"name": "stand-in", "status": "ok", "text": "3 tensorflow tensorflow"}


def test_an_error():
    found = answer(row("raise"), SETTINGS, 60)
    assert (found["status"], found["text"]) == ("failed", "ValueError: first line")
    assert any("stand_in_row.py" in line for line in found["log"])


def test_a_crash():
    found = answer(row("crash"), SETTINGS, 60)
    assert found["status"] == "failed"
    assert found["text"] == "its process ended with SIGSEGV: out of memory"


def test_no_end():
    begin = time.monotonic()
    found = answer(row("hang"), SETTINGS, 3)
    assert time.monotonic() - begin < 60  # of 600
    assert (found["status"], found["text"]) == ("no end", "no end after 3 s")
    (child,) = [int(line.split()[1]) for line in found["log"] if line.startswith("child ")]
    assert not _runs(child)


def test_a_library_that_is_not_there():
    found = answer(row("answer", library="no_such_library"), SETTINGS, 60)
    assert found["status"] == "not installed"
    assert found["text"] == "no_such_library is not installed"


@pytest.mark.parametrize("library", ["jax", "torch", "tensorflow"])
def test_the_backend_is_that_of_the_library(library, monkeypatch):
    monkeypatch.setattr(row_process.importlib.util, "find_spec", lambda name: name)
    backend = "jax" if library == "jax" else "tensorflow"
    found = answer(row("answer", library=library), SETTINGS, 60)
    assert found["text"] == f"3 {backend} {backend}"


def _runs(process):
    """Whether a process is there and has not ended; it may wait to be buried by its parent."""
    for _ in range(100):
        try:
            os.kill(process, 0)
            with open(f"/proc/{process}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":
                    return False
        except (ProcessLookupError, FileNotFoundError):
            return False
        time.sleep(0.05)
    return True
