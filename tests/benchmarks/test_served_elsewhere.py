import sys

import pytest

from benchmarks import served_elsewhere


@pytest.fixture
def two_models(monkeypatch):
    chosen = {name: served_elsewhere.NETWORKS[name] for name in ("actions",)}
    monkeypatch.setattr(served_elsewhere, "NETWORKS", chosen)


@pytest.mark.long
def test_another_process_answers_the_same(two_models, tmp_path, monkeypatch, capsys):
    ((version, count, most),) = served_elsewhere.run([sys.executable], tmp_path)
    assert version.startswith("2.")
    assert count == 3 + 2
    assert 0 <= most < 1e-5
    monkeypatch.setattr(served_elsewhere, "run", lambda pythons, folder: [("2.9", 5, 1e-7)])
    served_elsewhere.main(["--python", "other"])
    assert capsys.readouterr().out == "TensorFlow 2.9: 5 outputs within 1.0e-07\n"


def test_one_that_cannot(two_models, tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no TensorFlow >&2\nexit 1\n")
    python.chmod(0o755)
    (tmp_path / "work").mkdir()
    with pytest.raises(RuntimeError, match="failed: no TensorFlow"):
        served_elsewhere.run([python], tmp_path / "work")
