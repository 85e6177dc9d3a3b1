"""The table grows, files are whole after each row, and time that is used up costs the last rows."""

import argparse
import json
import types

import pytest

from benchmarks.__main__ import main
from benchmarks.gpu import command
from benchmarks.gpu.rows import Row, platform
from st_keras.validation import InputError

ROWS = [platform("tensorflow"), platform("jax"), Row("a", "", "tensorflow", 60)]
ROWS += [Row("b", "", "jax", 60), Row("c", "", "tensorflow", 60)]


class Clock:
    """A clock that rows move on, and answers in place of their processes."""

    def __init__(self, monkeypatch, takes=1.0, **statuses):
        self.now, self.takes, self.statuses, self.limits = 0.0, takes, statuses, []
        monkeypatch.setattr(command, "time", types.SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(command, "answer", self.answer)

    def answer(self, row, settings, limit):
        self.limits.append(limit)
        seconds = min(self.takes, limit)
        self.now += seconds
        status = self.statuses.get(row.name.split()[-1], "ok")
        return {
            "name": row.name,
            "status": status,
            "text": f"text of {row.name}",
            "seconds": seconds,
        }


def statuses(found):
    return [result["status"] for result in found]


def test_a_failure_is_a_row_and_not_the_end(monkeypatch):
    Clock(monkeypatch, a="failed", b="no end")
    found = command.results(ROWS, argparse.Namespace(), 480)
    assert statuses(found) == ["ok", "ok", "failed", "no end", "ok"]


def test_no_row_goes_beyond_the_time_for_all(monkeypatch):
    clock = Clock(monkeypatch, takes=1000)
    found = list(command.results(ROWS, argparse.Namespace(), 145))
    assert clock.limits == [40, 40, 60]
    assert clock.now == 140
    assert statuses(found) == ["ok", "ok", "ok", "not reached", "not reached"]
    clock = Clock(monkeypatch, takes=1000)
    list(command.results(ROWS, argparse.Namespace(), 165))
    assert clock.limits == [40, 40, 60, 25]


@pytest.mark.parametrize("status", ["no GPU", "not installed", "failed"])
def test_rows_of_a_library_without_a_gpu_are_not_run(monkeypatch, status):
    clock = Clock(monkeypatch, jax=status)
    found = list(command.results(ROWS, argparse.Namespace(), 480))
    assert statuses(found) == ["ok", status, "ok", status, "ok"]
    assert found[3]["text"] == "see platform jax" and len(clock.limits) == 4


def test_refused_where_no_library_sees_a_gpu(monkeypatch):
    clock = Clock(monkeypatch, jax="no GPU", tensorflow="not installed")
    message = (
        r"benchmarks gpu: received a machine on which no library sees a GPU \(text of platform "
        r"tensorflow; text of platform jax\)\. Required: a GPU .* pass --smoke"
    )
    with pytest.raises(InputError, match=message):
        next(command.results(ROWS, argparse.Namespace(), 480))
    assert len(clock.limits) == 2


def test_files_are_whole_after_each_row(monkeypatch, tmp_path, capsys):
    output = tmp_path / "found"
    clock = Clock(monkeypatch, updates="failed")
    answers, written = clock.answer, []

    def answer(row, settings, limit):
        if output.exists():
            written.append(len(json.loads((output / "gpu.json").read_text())["rows"]))
        return answers(row, settings, limit)

    monkeypatch.setattr(command, "answer", answer)
    arguments = ["gpu", "--smoke", "--only=updates,rates,replicas", f"--output={output}"]
    assert main(arguments) == 1
    assert written == [1, 2, 3]
    found = json.loads((output / "gpu.json").read_text())
    assert found["command"].startswith("python -m benchmarks gpu --smoke --only=updates")
    assert statuses(found["rows"]) == ["ok", "failed", "ok", "ok"]
    text = (output / "gpu.md").read_text()
    assert "| updates | failed | 1 | text of updates |" in text
    printed = capsys.readouterr().out
    assert "text of replicas" in printed and "training step" in printed


def test_all_right(monkeypatch, tmp_path):
    Clock(monkeypatch, replicas="one GPU")
    arguments = ["gpu", "--smoke", "--only=updates,replicas", f"--output={tmp_path / 'found'}"]
    assert main(arguments) == 0


def test_an_interruption_leaves_what_had_come(monkeypatch, tmp_path, capsys):
    clock = Clock(monkeypatch)
    answers = clock.answer

    def answer(row, settings, limit):
        if row.name == "replicas":
            raise KeyboardInterrupt
        return answers(row, settings, limit)

    monkeypatch.setattr(command, "answer", answer)
    output = tmp_path / "found"
    assert main(["gpu", "--smoke", "--only=updates,replicas", f"--output={output}"]) == 130
    assert len(json.loads((output / "gpu.json").read_text())["rows"]) == 2
    assert "Interrupted; what had come is in" in capsys.readouterr().err


def test_a_refusal_writes_nothing(monkeypatch, tmp_path, capsys):
    Clock(monkeypatch, tensorflow="no GPU")
    output = tmp_path / "found"
    assert main(["gpu", "--only=updates", f"--output={output}"]) == 2
    assert "no library sees a GPU" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.long
def test_rows_in_their_processes(tmp_path):
    """Nothing is stood in for: a training step by `fit` on the CPU, and what TensorFlow sees."""
    output = tmp_path / "found"
    arguments = ["gpu", "--smoke", "--only=fit mixed_float16 without", f"--output={output}"]
    assert main(arguments) == 0
    found = json.loads((output / "gpu.json").read_text())
    assert statuses(found["rows"]) == ["ok", "ok"]
    assert len(found["rows"][0]["gpus"]) == 2
    assert found["rows"][1]["median_seconds"] > 0 and found["rows"][1]["peak_mib"] > 0


@pytest.mark.long
def test_the_whole_smoke_form(tmp_path):
    output = tmp_path / "found"
    main(["gpu", "--smoke", "--budget=1200", f"--output={output}"])
    rows = json.loads((output / "gpu.json").read_text())["rows"]
    wrong = [row for row in rows if row["status"] not in ("ok", "not installed")]
    assert wrong == []
