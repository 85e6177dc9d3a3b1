"""The process of a contestant, and what it answers."""

import dataclasses
import subprocess
import sys

import pytest

from benchmarks.speed import worker as module
from benchmarks.speed.contestant import OURS, Contestant
from benchmarks.speed.worker import Worker, WorkerError, answers
from tests.benchmarks.speed.tiny_options import tiny_options

CONTESTANT = Contestant(OURS, "convlstm", "float32", "step")


@pytest.mark.long
def test_in_its_own_process():
    worker = Worker(CONTESTANT, tiny_options())
    try:
        assert worker.first_seconds > 0
        assert all(seconds > 0 for seconds in worker.turn())
        # Weights and maps of this network fit into less; a library would not.
        assert 0 <= worker.finish() < 400
    finally:
        worker.close()


@dataclasses.dataclass(frozen=True)
class Unknown(Contestant):
    """One with a field that its process does not know, and so fails early."""

    colour: str = "red"


def test_a_process_that_fails_says_why():
    with pytest.raises(WorkerError, match=r"st_keras float32: .* code 1: TypeError: .*'colour'"):
        Worker(Unknown(OURS, "convlstm", "float32", "step"), tiny_options())


def test_a_process_that_ends_between_turns_is_named(monkeypatch):
    code = """import sys
print("a library says hello")
print('@speed {"first_seconds": 2.0}', flush=True)
sys.exit("killed")"""
    popen = subprocess.Popen
    monkeypatch.setattr(
        subprocess, "Popen", lambda _, **pipes: popen([sys.executable, "-c", code], **pipes)
    )
    worker = Worker(CONTESTANT, tiny_options())
    assert worker.first_seconds == 2.0
    message = r"convlstm step, st_keras float32: its process ended with code 1: killed"
    with pytest.raises(WorkerError, match=message):
        worker.turn()
    worker.close()


def test_answers(monkeypatch):
    monkeypatch.setattr(module, "LEAST_SECONDS", 0.0)
    found = list(answers(CONTESTANT, tiny_options(), ["turn\n", "turn\n", "finish\n"]))
    assert [set(answer) for answer in found] == [
        {"first_seconds"},
        {"seconds"},
        {"seconds"},
        {"peak_mib"},
    ]
    assert len(found[1]["seconds"]) == 1


def test_a_turn_fills_its_time(monkeypatch):
    monkeypatch.setattr(module, "LEAST_SECONDS", 0.05)
    _, turn, _ = answers(CONTESTANT, tiny_options(), ["turn\n", "finish\n"])
    assert sum(turn["seconds"]) >= 0.05 and len(turn["seconds"]) > 1
