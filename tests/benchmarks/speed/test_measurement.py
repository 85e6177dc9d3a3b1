"""Turns and rows, with contestants that only say how long they took."""

import pytest

from benchmarks.speed import measurement
from benchmarks.speed.contestant import COMPILED_PEER, OURS, PEER, contestants_of
from benchmarks.speed.measurement import compared, in_turns, measure
from benchmarks.speed.worker import WorkerError
from tests.benchmarks.speed.tiny_options import tiny_options

RATES = {"float32": {"convolution": 1e9, "matrix": 2e9}}
log = []


class FakeWorker:
    """Ours takes 1 s, PyTorch's stand-in 3 s; its compiler refuses."""

    def __init__(self, contestant, options):
        if contestant.by == COMPILED_PEER:
            raise WorkerError(f"{contestant}: its process ended with code 1: no compiler")
        self.contestant, self.first_seconds = contestant, 10.0

    def turn(self):
        log.append(self.contestant.by)
        return [{OURS: 1.0, PEER: 3.0}[self.contestant.by]]

    def finish(self):
        log.append("finish")
        return 5.0

    def close(self):
        log.append("close")


@pytest.fixture(autouse=True)
def fake(monkeypatch):
    log.clear()
    monkeypatch.setattr(measurement, "Worker", FakeWorker)
    monkeypatch.setattr(measurement, "machine_rates", lambda dtypes: RATES)


def options_with_peer(**changes):
    options = tiny_options()
    options.peer = True
    vars(options).update(changes)
    return options


def test_each_once_a_round_and_the_warm_one_does_not_count():
    options = options_with_peer(rounds=2)
    group = contestants_of(options, "predrnn_v2", "train")
    told = []
    found = in_turns(group, options, told.append, [])
    assert log == [OURS, PEER] * 3 + ["finish", "finish", "close", "close"]
    assert [figures["seconds"] for _, figures in found] == [[1.0, 1.0], [3.0, 3.0]]
    assert "round 3 of 3" in told


def test_a_compiler_that_refuses_is_a_result():
    options = options_with_peer(compile=True, models=("predrnn_v1",), modes=("train",))
    found = measure(options, lambda what: 0)
    assert [row["by"] for row in found["rows"]] == [OURS, PEER]
    assert found["failed"] == 0
    assert found["notes"] == [
        "Not measured: predrnn_v1 train, PyTorch compiled float32: "
        "its process ended with code 1: no compiler"
    ]


@pytest.mark.parametrize("when", ["turn", "finish"])
def test_who_fails_is_left_out_and_the_others_go_on(monkeypatch, when):
    def failing(worker):
        if worker.contestant.by == PEER:
            raise WorkerError(f"{worker.contestant}: its process ended with code -9: no memory")
        return healthy(worker)

    healthy = getattr(FakeWorker, when)
    monkeypatch.setattr(FakeWorker, when, failing)
    found = measure(options_with_peer(modes=("train",)), lambda what: 0)
    assert [row["by"] for row in found["rows"]] == [OURS]
    assert found["failed"] == 1
    assert "PyTorch float32: its process ended with code -9: no memory" in found["notes"][0]
    assert log.count("close") == 2


def test_figures_are_consistent():
    found = measure(options_with_peer(models=("predrnn_v2",), modes=("train",)), lambda what: 0)
    assert found["rates"] == RATES and found["notes"] == []
    ours, theirs = found["rows"]
    for row in (ours, theirs):
        assert row["flop_per_second"] == pytest.approx(row["flop"] / row["median_seconds"])
        assert row["percent_of_rate"] == pytest.approx(row["flop_per_second"] / 1e9 * 100)
        assert row["sequences_per_second"] == pytest.approx(2 / row["median_seconds"])
        assert row["frames_per_second"] == pytest.approx(8 / row["median_seconds"])
        assert row["first_seconds"] == 10.0 and row["peak_mib"] == 5.0
    assert ours["times_float32"] == ours["times_same"] == pytest.approx(3.0)
    assert theirs["times_float32"] == 1.0


def test_comparisons_are_within_network_mode_and_precision():
    def row(by, policy, median, mode="train"):
        return {
            **{"model": "predrnn_v2", "by": by, "policy": policy, "mode": mode},
            "median_seconds": median,
        }

    rows = compared(
        [
            row(OURS, "mixed_bfloat16", 1.0),
            row(PEER, "float32", 6.0),
            row(PEER, "mixed_bfloat16", 2.0),
            row(OURS, "float32", 1.0, mode="step"),
        ]
    )
    assert (rows[0]["times_float32"], rows[0]["times_same"]) == (6.0, 2.0)
    assert (rows[2]["times_float32"], rows[2]["times_same"]) == (3.0, 1.0)
    assert (rows[3]["times_float32"], rows[3]["times_same"]) == (None, None)
