"""The whole command on a tiny base; probes are given, since each takes a process."""

import json

import pytest

from benchmarks import scaling
from st_keras.cli.doctor.probe import ProbeResult

TINY = ["--batch=1", "--frames=3", "--size=8", "--filters=4", "--layers=1", "--kernel=3"]


@pytest.fixture
def probes(monkeypatch):
    """Peaks that grow with the batch; what was asked."""
    asked = []

    def probe(request):
        asked.append(request)
        return ProbeResult(
            (500 + 10 * request.batch_size) * 2**20, 500 * 2**20, 1.5, (0.1,), 9, "CPU"
        )

    monkeypatch.setattr(scaling, "probe", probe)
    return asked


@pytest.mark.long
def test_files(tmp_path, capsys, probes):
    arguments = ["--vary", "batch,filters", "--rounds=1", *TINY, "--output", str(tmp_path / "out")]
    assert scaling.main(arguments) == 0
    found = json.loads((tmp_path / "out" / "scaling.json").read_text())
    assert list(found["quantities"]) == ["batch", "filters"]
    batch = found["quantities"]["batch"]
    assert [row["value"] for row in batch["points"]] == [1, 2, 4]
    assert batch["exponents"]["flops"][0] == pytest.approx(1.0, abs=1e-3)
    assert batch["exponents"]["memory"][0] == pytest.approx(1.0, abs=1e-3)
    for row in batch["points"]:
        assert row["gflops"] == pytest.approx(row["flops"] / row["seconds"]["median"] / 1e9)
        assert row["memory"]["training_bytes"] == 10 * row["value"] * 2**20
    # Quadratic where the states are wide; the frames of a patch weigh here.
    assert 1.0 < found["quantities"]["filters"]["exponents"]["flops"][0] < 2.0
    assert found["quantities"]["filters"]["exponents"]["memory"] is not None
    # The base is part of both, and probed once.
    assert len(probes) == 3 + len(found["quantities"]["filters"]["points"]) - 1
    assert (tmp_path / "out" / "scaling.png").is_file()
    printed = capsys.readouterr().out
    assert printed.strip() == (tmp_path / "out" / "scaling.md").read_text().strip()
    assert found["command"].startswith("python -m benchmarks scaling --vary batch,filters")


@pytest.mark.long
def test_times_alone(capsys, probes):
    assert scaling.main(["--vary=layers", "--rounds=1", "--no-memory", *TINY]) == 0
    assert probes == []
    assert "time ~ layers^" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--vary=colour"], "received vary='colour'"),
        (["--size=30"], "received size=30 with patch=4"),
        (["--rounds=0"], "received '0'. Required: a whole number"),
        (["--policy=float8"], "invalid choice: 'float8'"),
        (["--vary=batch", "--kernel=4"], "kernel_size"),
    ],
)
def test_refuses(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        scaling.main(arguments)
    assert stop.value.code == 2
    assert message in capsys.readouterr().err
