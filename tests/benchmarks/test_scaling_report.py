"""Table and picture of known points."""

from benchmarks.scaling_report import markdown, picture


def row(value, with_memory=True):
    memory = {"peak_bytes": 600 * 2**20, "training_bytes": 50 * 2**20, "first_seconds": 3.0}
    return {
        "value": value,
        "flops": 2e9 * value,
        "seconds": {"low": 0.09, "median": 0.1, "high": 0.2},
        "gflops": 20.0,
        "time_exponent": None if value == 1 else 0.5,
        "time_per_flop_exponent": None if value == 1 else 0.25,
        "memory_exponent": None if value == 1 or not with_memory else 0.75,
        "memory": memory if with_memory else None,
    }


def found(with_memory=True):
    exponents = {"time": (0.9, 0.05), "flops": (1.0, 0.0)}
    exponents["memory"] = (0.8, 0.1) if with_memory else None
    part = {
        "points": [row(1, with_memory), row(2, with_memory)],
        "exponents": exponents,
        "fixed": {"seconds": 0.0505, "gflops": 164.4},
        "verdicts": ["batch 1 to 2: time grows less."],
    }
    return {
        "command": "python -m benchmarks scaling",
        "date": "2026-01-01",
        "machine": {"name": "Fast 9", "cores": 2},
        "policy": "float32",
        "rounds": 3,
        "base": {"batch": 4, "frames": 10},
        "quantities": {"batch": part},
    }


def test_markdown():
    text = markdown(found())
    assert "| 1 | 2.00 | 100.0 | 90.0..200.0 | 20.0 |  |  | 600 | 50 |  | 3.0 |" in text
    assert "| 2 | 4.00 | 100.0 | 90.0..200.0 | 20.0 | 0.50 | 0.25 | 600 | 50 | 0.75 | 3.0 |" in text
    assert "time ~ batch^0.90 (standard error 0.05)" in text
    assert "time = 50.5 ms + FLOPs at 164 GFLOP/s" in text
    assert "- batch 1 to 2: time grows less." in text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1


def test_without_memory():
    text = markdown(found(with_memory=False))
    assert "| 20.0 | 0.50 | 0.25 |  |  |  |  |" in text
    assert "memory above start ~" not in text


def test_picture(tmp_path):
    for name, with_memory in (("a.png", True), ("b.png", False)):
        picture(found(with_memory), tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_what_two_points_do_not_tell():
    known = found()
    known["quantities"]["batch"]["exponents"]["time"] = (0.9, None)
    known["quantities"]["batch"]["fixed"] = {"seconds": 0.1, "gflops": None}
    text = markdown(known)
    assert "time ~ batch^0.90\n" in text
    assert "GFLOP/s\n" not in text.split("time ~ batch")[1]
