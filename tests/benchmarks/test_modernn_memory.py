"""Both forms of attention give one loss; the table says which took what."""

import json

import pytest

from benchmarks import modernn_memory


@pytest.mark.long
def test_both_forms_are_the_same_function(capsys):
    sizes = ["--size=4", "--batch=2", "--frames=3", "--filters=4"]
    modernn_memory.main(sizes)
    results = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(results) == {"again", "kept"}
    assert results["again"]["loss"] == pytest.approx(results["kept"]["loss"], rel=1e-5)
    assert results["again"]["gradient"] == pytest.approx(results["kept"]["gradient"], rel=1e-3)
    for found in results.values():
        assert found["peak"] >= found["before"] > 0


def test_table():
    found = {"before": 500.0, "peak": 900.4, "loss": 0.25, "gradient": 1.0}
    lines = modernn_memory.report({"again": found, "kept": found}).splitlines()
    assert lines[1].split() == ["computed", "again", "500", "900", "0.250000"]
    assert lines[2].split() == ["kept", "500", "900", "0.250000"]
