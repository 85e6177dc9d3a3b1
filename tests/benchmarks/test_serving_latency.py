import argparse

import pytest

from benchmarks import serving_latency

pytest.importorskip("tensorflow_serving", reason="needs the extra [serving]")


def test_all_cases_are_measured(tmp_path):
    options = argparse.Namespace(filters="4", kernel_size=3, patch_size=4, size=16)
    serving_latency.export(options, tmp_path / "nowcast" / "1")
    seconds = serving_latency.measure(tmp_path / "nowcast", 16, rounds=2)
    assert len(seconds) == 2 * 2 * 3
    assert {len(values) for values in seconds.values()} == {2}
    first = {
        name: serving_latency.first_request(tmp_path / "nowcast", name != "cold", 16)
        for name in ("cold", "warmed up")
    }
    # The first forecast of a model that was not warmed up compiles its loop. Of the same start:
    # another process may take the processor in between.
    assert first["cold"]["first forecast"] > first["cold"]["second forecast"]
    assert set(first["warmed up"]) == set(first["cold"])
    text = serving_latency.table(seconds, first)
    assert text.count("\n| forecast | batch ") == text.count("\n| step | batch ") == 2


def test_table():
    hows = {"direct": 0.001, "gRPC": 0.002, "REST": 0.5}
    seconds = {("step", "batch 1", how): [value, value, 3 * value] for how, value in hows.items()}
    names = ("ready", "first forecast", "second forecast")
    first = {"cold": dict.fromkeys(names, 2.0), "warmed up": dict.fromkeys(names, 0.25)}
    lines = serving_latency.table(seconds, first).splitlines()
    assert lines[2] == "| step | batch 1 | 1.0 (2.8) | 2.0 (5.6) | 500.0 (1400.0) |"
    assert "| | ready | first forecast | second forecast |" in lines
    assert "| cold | 2.000 | 2.000 | 2.000 |" in lines
    assert "| warmed up | 0.250 | 0.250 | 0.250 |" in lines
    assert all(line.count("|") == 6 for line in lines[:3])
