"""The benchmark of a nowcast's speed: how it measures, its table and its status."""

import json

import numpy as np
import pytest

from benchmarks import nowcast_speed
from benchmarks.nowcast_speed import measure


class Clock:
    """Time that passes only where a function says so."""

    def __init__(self):
        self.now, self.calls = 0.0, []

    def perf_counter(self):
        return self.now

    def function(self, name, seconds):
        seconds = iter(seconds)

        def run():
            self.calls.append(name)
            self.now += next(seconds)

        return run


def test_the_calls_alternate_and_the_median_counts_after_warm_up(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(nowcast_speed.time, "perf_counter", clock.perf_counter)
    warm_up = [100.0] * 3
    first = clock.function("first", [*warm_up, 5.0, 1.0, 9.0, 2.0, 2.5])
    second = clock.function("second", [*warm_up, 0.5, 0.25, 0.75, 30.0, 0.125])
    assert measure(first, second, calls=5) == (2.5, 0.5)
    assert clock.calls == ["first", "second"] * 8


@pytest.fixture
def fast(monkeypatch, tmp_path):
    """Both nowcasts as stand-ins; returns the folder of the data, and what each was given."""
    seen = {"ours": [], "theirs": []}
    rates = np.random.default_rng(0).random((1, 40, 64, 64)).astype("float32")
    monkeypatch.setattr(nowcast_speed, "_one_thread", lambda: None)
    monkeypatch.setattr(nowcast_speed, "_served", lambda name: seen["ours"].append)
    monkeypatch.setattr(nowcast_speed, "pysteps_nowcast", seen["theirs"].append)
    monkeypatch.setattr(nowcast_speed, "whole_events", lambda names, folder: {names[0]: rates})
    (tmp_path / "radar_fmi_2016_2017_5min.npz").touch()
    return tmp_path, seen, rates


def timed(monkeypatch, *pairs):
    pairs = iter(pairs)

    def once(first, second):
        first()
        second()
        return next(pairs)

    monkeypatch.setattr(nowcast_speed, "measure", once)


def test_table_files_and_status(fast, monkeypatch, capsys):
    data, seen, rates = fast
    timed(monkeypatch, (0.1, 0.4), (1.5, 2.0))
    out = data / "found"
    told = ["--sizes", "16,64", "--data", str(data), "--output", str(out)]
    assert nowcast_speed.main(told) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("  ")[0] == "pixels"
    assert lines[1].split() == ["16", "x", "16", "0.100", "0.400", "0.25"]
    assert lines[2].split() == ["64", "x", "64", "1.500", "2.000", "0.75"]
    assert json.loads((out / "nowcast_speed.json").read_text()) == [
        {"pixels": 16, "nowcaster_s": 0.1, "pysteps_s": 0.4},
        {"pixels": 64, "nowcaster_s": 1.5, "pysteps_s": 2.0},
    ]
    assert "16 x 16" in (out / "nowcast_speed.md").read_text()
    # Both have seen the first six frames, of blocks of pixels.
    blocks = rates[:, :6].reshape(1, 6, 16, 4, 16, 4).mean(axis=(3, 5))[..., None]
    for contexts in seen.values():
        np.testing.assert_allclose(contexts[0], blocks, rtol=1e-6)
        np.testing.assert_array_equal(contexts[1], rates[:, :6, ..., None])


@pytest.mark.parametrize("slow", [(0.5, 0.4), (0.4, 0.4)])
def test_where_pysteps_is_as_fast_the_status_is_1(fast, monkeypatch, slow):
    timed(monkeypatch, (0.1, 0.4), slow)
    assert nowcast_speed.main(["--sizes", "16,32", "--data", str(fast[0])]) == 1


def test_refusals(fast, monkeypatch, tmp_path, capsys):
    data = str(fast[0])
    existing = tmp_path / "there"
    existing.mkdir()
    for told, said in (
        (["--sizes", "16,24", "--data", data], "--sizes: received 16,24. Required: divisors of 64"),
        (["--sizes", "0", "--data", data], "--sizes: received 0."),
        (["--sizes", "small", "--data", data], "--sizes: received small."),
        (["--data", str(existing)], "--data: received path"),
    ):
        assert nowcast_speed.main(told) == 2
        assert said in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setattr(nowcast_speed, "_one_thread", lambda: None)
    monkeypatch.setattr(
        nowcast_speed, "whole_events", lambda names, folder: {names[0]: np.zeros((1, 6, 512, 512))}
    )
    assert nowcast_speed.main(["--model", "nowhere.keras", "--data", data]) == 2
    assert "'nowhere.keras', which is no file" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        nowcast_speed.main(["--output", str(existing)])
