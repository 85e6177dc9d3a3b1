"""Every example runs in its short form."""

import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = sorted((pathlib.Path(__file__).resolve().parents[2] / "examples").glob("*.py"))


LONG = {"04_modernn_modes"}  # ModeRNN takes long to trace; the command line trains it in CI


@pytest.mark.parametrize(
    "example",
    [pytest.param(p, marks=[pytest.mark.long] * (p.stem in LONG), id=p.stem) for p in EXAMPLES],
)
def test_example(example, tmp_path):
    result = subprocess.run(
        [sys.executable, str(example), "--smoke"],
        cwd=tmp_path,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.strip()
