"""Every example runs in its short form."""

import os
import pathlib
import runpy
import subprocess
import sys

import pytest

EXAMPLES = sorted((pathlib.Path(__file__).resolve().parents[2] / "examples").glob("*.py"))
LONG = {"04_modernn_modes"}  # ModeRNN takes long to trace; the command line trains it in CI
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)


# In keras-tuner 1.4.8's own code.
@pytest.mark.filterwarnings(r"ignore:(currentThread|getName)\(\) is deprecated")
@pytest.mark.parametrize(
    "example", [path for path in EXAMPLES if path.stem not in LONG], ids=lambda path: path.stem
)
def test_runs_here(example, tmp_path, monkeypatch, capsys):
    """As the program, but in this process, which has imported everything."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(example), "--smoke"])
    runpy.run_path(str(example), run_name="__main__")
    assert capsys.readouterr().out.strip()


@pytest.mark.long
@every_example
def test_is_a_program(example, tmp_path):
    """In a process of its own."""
    result = subprocess.run(
        [sys.executable, example, "--smoke"],
        cwd=tmp_path,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.strip()
