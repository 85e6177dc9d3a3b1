"""The command: turns, files and refusals."""

import io
import json
import types

import numpy as np
import pytest

from benchmarks.quality import command

DIGITS = {name: np.zeros((2, 28, 28), "uint8") for name in ("x_train", "x_test")}


class Process:
    """Answers each turn with a lower error."""

    def __init__(self, asked):
        self.asked, self.turns = asked, 0
        self.stdin, self.stdout = io.StringIO(), self

    def readline(self):
        self.turns += 1
        found = {"seconds": 20.0 * self.turns, "updates": self.turns, "mse": 90.0 / self.turns}
        return json.dumps(found) + "\n"

    def kill(self):
        self.killed = True

    def communicate(self):
        return None, None


@pytest.fixture
def started(monkeypatch, tmp_path):
    np.savez(tmp_path / "mnist.npz", **DIGITS)
    found = []

    def start(arguments, **pipes):
        found.append(Process(json.loads(arguments[-1])))
        return found[-1]

    pipe = types.SimpleNamespace(Popen=start, PIPE=-1)
    monkeypatch.setattr(command, "subprocess", pipe)
    return found


def test_all_learn_as_long_on_every_seed(started, tmp_path, capsys):
    line = f"--data {tmp_path}/mnist.npz --minutes 1 --seeds 0,1 --output {tmp_path}/out"
    assert command.main(line.split()) == 0
    assert [(p.asked["by"], p.asked["seed"], p.turns) for p in started] == [
        (by, seed, 3) for seed in (0, 1) for by in command.LEARNERS
    ]
    assert all(p.killed for p in started)
    found = json.loads((tmp_path / "out" / "quality.json").read_text())
    assert [point["mse"] for point in found["curves"]["fast"]["1"]] == [90.0, 45.0, 30.0]
    assert found["command"].startswith("python -m benchmarks quality --data")
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".json", ".md", ".png"}
    assert "less than the stand-in" in capsys.readouterr().out


def test_the_network_of_the_fast_recipe(started, tmp_path):
    line = f"--data {tmp_path}/mnist.npz --minutes 0.1 --learners fast,smoke --fast-network"
    assert command.main(line.split()) == 0
    assert [p.asked["filters"] for p in started] == [None, "48,48"]


def test_a_learner_that_ends_is_said(started, tmp_path, monkeypatch):
    monkeypatch.setattr(Process, "readline", lambda self: "")
    monkeypatch.setattr(Process, "wait", lambda self: 3, raising=False)
    with pytest.raises(RuntimeError, match="fast ended with status 3"):
        command.main(f"--data {tmp_path}/mnist.npz".split())
    assert all(p.killed for p in started)


@pytest.mark.parametrize(
    ("flags", "reason"),
    [
        ("--data nowhere.npz", "nowhere.npz"),
        ("--minutes 0", "minutes=0"),
        ("--turn 0", "turn=0"),
        ("--seeds -1", "seeds=-1"),
        ("--test-sequences 0", "test_sequences=0"),
        ("--learners fast,slow", "--learners: received 'slow'. Required: names among fast, "),
    ],
)
def test_refusals(flags, reason, started, tmp_path, capsys):
    given = [] if "--data" in flags else ["--data", f"{tmp_path}/mnist.npz"]
    assert command.main([*given, *flags.split()]) == 2
    assert reason in capsys.readouterr().err and not started
