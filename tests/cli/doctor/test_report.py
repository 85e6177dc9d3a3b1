"""The lines that the terminal shows."""

from st_keras.cli.doctor.report import (
    machine_lines,
    mebibytes,
    precision_lines,
    prediction_lines,
)

MIB = 2**20
ENTRY = {
    "batch_size": 1,
    "peak_bytes": 700 * MIB,
    "base_bytes": 500 * MIB,
    "first_seconds": 4.0,
    "step_seconds": 0.25,
}
FOUND = {
    "request": "batch 8: sequences of 20 frames",
    "batch_size": 8,
    "measured": [ENTRY, {**ENTRY, "batch_size": 3, "peak_bytes": 900 * MIB}],
    "fixed_bytes": 600.0 * MIB,
    "sample_bytes": 100.0 * MIB,
    "predicted_bytes": 1400.0 * MIB,
    "available_bytes": 2000 * MIB,
    "margin": 0.1,
    "largest_batch": 12,
    "fits": True,
    "parameters": 1234,
    "device": "CPU",
}


def test_prediction():
    text = "\n".join(prediction_lines(FOUND))
    assert "training step, batch 8: sequences of 20 frames; 1,234 parameters" in text
    row = next(line for line in text.splitlines() if "batch 3, measured" in line)
    assert row.split() == [
        *("batch", "3,", "measured", "900", "MiB", "500", "MiB"),
        *("4.00", "s", "0.250", "s"),
    ]
    assert "peak memory = 600 MiB + 100 MiB per sample (CPU)" in text
    assert "batch 8, predicted: 1,400 MiB, fits" in text
    assert "largest batch for the 2,000 MiB available, 10 % of it kept free: 12" in text


def test_prediction_that_was_verified():
    verified = {**ENTRY, "batch_size": 8, "predicted_to_measured": 0.97}
    lines = prediction_lines({**FOUND, "verified": verified})
    assert lines[-2].startswith("  batch 8, measured")
    assert lines[-1] == "  predicted / measured: 0.970"
    assert "not run" in prediction_lines({**FOUND, "verified": None})[-1]


def test_what_does_not_fit():
    other = {**FOUND, "predicted_bytes": 900 * MIB, "largest_batch": 30}
    found = {**FOUND, "fits": False, "alternatives": {"--remat step": other}}
    lines = prediction_lines(found)
    assert any(line.endswith("1,400 MiB, DOES NOT FIT") for line in lines)
    assert lines[-1] == "  with --remat step: 900 MiB predicted, fits; largest batch 30"


def test_an_alternative_that_failed():
    found = {**FOUND, "fits": False, "alternatives": {"--remat step": {"failed": "no such"}}}
    assert prediction_lines(found)[-1] == "  with --remat step: not measured (no such)"


def test_unknown_memory():
    text = "\n".join(
        prediction_lines({**FOUND, "available_bytes": None, "fits": None, "largest_batch": None})
    )
    assert "largest batch: unknown" in text
    assert "fits" not in text and "DOES NOT FIT" not in text
    assert "no limit to be seen" in "\n".join(prediction_lines({**FOUND, "largest_batch": None}))
    assert mebibytes(None) == "unknown"


def test_machine():
    machine = {
        "versions": {"keras": "3.15", "tensorflow-probability": None},
        "extras": {"data": {"a": "1", "b": None}, "tune": {"c": "2"}},
        "processor": {"name": "Fast 9", "cores": 2, "instructions": ["avx2"]},
        "memory": {"total_bytes": 100 * MIB, "available_bytes": 50 * MIB},
        "gpus": [{"name": "Card", "total_bytes": 9 * MIB, "free_bytes": None}],
        "gpus_of_tensorflow": 0,
    }
    text = "\n".join(machine_lines(machine))
    assert "XLA           off unless --jit-compile" in text
    assert "keras 3.15, tensorflow-probability missing" in text
    assert "Fast 9, 2 core(s); avx2" in text
    assert "100 MiB, 50 MiB available" in text
    assert "Card, 9 MiB, unknown free; TensorFlow uses 0" in text
    assert "missing b: pip install 'st_keras[data]'" in text
    assert "[tune]        installed" in text
    assert "none; TensorFlow uses 0" in "\n".join(machine_lines({**machine, "gpus": []}))


def test_precisions():
    rates = {
        "seconds": {"float32": 0.002, "bfloat16": 0.001},
        "gflops": {"float32": 100.0, "bfloat16": 200.0},
        "times_float32": {"float32": 1.0, "bfloat16": 2.0},
        "advice": "mixed_bfloat16",
    }
    lines = precision_lines(rates)
    assert lines[3].split() == ["bfloat16", "1.00", "ms", "200", "GFLOP/s", "2.00", "x", "float32"]
    assert lines[-1].startswith("  advice: --precision mixed_bfloat16")
    assert "nothing narrower" in precision_lines({**rates, "advice": "float32"})[-1]
