"""The whole command on tiny networks; each contestant in this process, to save its start."""

import json
import re

import pytest

from benchmarks import machine_rates
from benchmarks.__main__ import main
from benchmarks.speed import command, measurement, worker
from tests.benchmarks.speed.tiny_options import TINY


class WorkerHere:
    """What `Worker` is, without a process."""

    def __init__(self, contestant, options):
        self.questions = []
        # Each question is there before its answer is asked for.
        self.answers = worker.answers(contestant, options, iter(self.questions.pop, None))
        self.first_seconds = next(self.answers)["first_seconds"]

    def turn(self):
        self.questions.append("turn")
        return next(self.answers)["seconds"]

    def finish(self):
        self.questions.append("finish")
        return next(self.answers)["peak_mib"]

    def close(self):
        pass


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(worker, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(measurement, "Worker", WorkerHere)
    rates = {"convolutions": [(2, 4, 8)], "matrices": [16]}
    monkeypatch.setattr(
        measurement, "machine_rates", lambda dtypes: machine_rates.machine_rates(dtypes, **rates)
    )


def run(tmp_path, *arguments):
    assert main(["speed", *TINY, "--output", str(tmp_path / "out"), *arguments]) == 0
    return json.loads((tmp_path / "out" / "speed.json").read_text())


def test_all_modes_of_a_network(tmp_path, capsys):
    found = run(tmp_path, "--models=predrnn_v2", "--no-peer", "--policies=float32")
    rows = found["rows"]
    assert [row["mode"] for row in rows] == ["train", "inference", "forecast", "step"]
    for row in rows:
        assert row["flop_per_second"] == pytest.approx(row["flop"] / row["median_seconds"])
        rate = found["rates"]["float32"]["convolution"]
        assert row["percent_of_rate"] == pytest.approx(100 * row["flop_per_second"] / rate)
        assert row["low_seconds"] <= row["median_seconds"] <= row["high_seconds"]
    assert found["settings"]["filters"] == [4] and found["settings"]["backend"] == "tensorflow"
    assert found["machine"]["cores"] >= 1 and "keras" in found["versions"]
    assert found["command"].startswith("python -m benchmarks speed --filters=4")
    captured = capsys.readouterr()
    names = ("network", "mode", "precision", "GFLOP/s", "of rate", "first, s", "peak, MiB")
    assert all(name in captured.out for name in names)
    assert "speed.md" in captured.err and "round 2 of 2" in captured.err
    markdown = (tmp_path / "out" / "speed.md").read_text()
    assert markdown.count("| predrnn_v2 |") == 4 and found["date"] in markdown


def test_mixed_precision_and_slowvae(tmp_path):
    arguments = ["--models=convlstm,slowvae", "--modes=inference", "--no-peer", "--size=16"]
    found = run(tmp_path, *arguments, "--policies=float32,mixed_bfloat16")
    cases = [(row["model"], row["policy"]) for row in found["rows"]]
    assert cases == [
        *[("convlstm", "float32"), ("convlstm", "mixed_bfloat16")],
        *[("slowvae", "float32"), ("slowvae", "mixed_bfloat16")],
    ]
    assert set(found["rates"]) == {"float32", "bfloat16"}


def test_beside_pytorch(tmp_path):
    pytest.importorskip("torch", reason="the stand-in needs PyTorch: pip install torch")
    arguments = ["--models=predrnn_v1", "--policies=float32", "--modes=inference", "--peer"]
    ours, theirs = run(tmp_path, *arguments)["rows"]
    assert (ours["by"], theirs["by"]) == ("st_keras", "PyTorch")
    times = theirs["median_seconds"] / ours["median_seconds"]
    assert ours["times_float32"] == pytest.approx(times)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--models=lstm"], "benchmarks speed: received --models='lstm'"),
        (["--models=convlstm", "--kernel-size=4"], "ConvLSTM.*kernel_size=4"),
        (["--models=predrnn_v2", "--filters=4,8"], "PredRNN: received filters"),
    ],
)
def test_refusals_end_with_code_2(monkeypatch, capsys, arguments, message):
    monkeypatch.setattr(command, "measure", lambda *_: pytest.fail("work has started"))
    assert main(["speed", *TINY, *arguments]) == 2
    assert re.search(message, capsys.readouterr().err)


def test_what_failed_shows_in_the_exit_code(monkeypatch, capsys):
    found = {"rates": {}, "rows": [], "notes": ["Not measured: this"], "failed": 1}
    monkeypatch.setattr(command, "measure", lambda *_: found)
    assert main(["speed", *TINY, "--no-peer"]) == 1
    assert "Not measured: this" in capsys.readouterr().out


def test_the_other_backend_gets_a_process_of_its_own(monkeypatch):
    calls = []

    def run_command(words, check, env):
        calls.append((words[1:], env["KERAS_BACKEND"]))
        return type("Done", (), {"returncode": 7})

    monkeypatch.setattr(command.subprocess, "run", run_command)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert main(["speed", *TINY, "--backend=jax", "--no-peer"]) == 7
    assert calls == [(["-m", "benchmarks", "speed", *TINY, "--backend=jax", "--no-peer"], "jax")]
