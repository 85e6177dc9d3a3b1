"""Every example runs in its short form."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

EXAMPLES = sorted((pathlib.Path(__file__).resolve().parents[2] / "examples").glob("*.py"))
LONG = {"04_modernn_modes"}  # ModeRNN takes long to trace; the command line trains it in CI

# Each as the program of a process, in a folder of its own; one process for all, which imports once.
RUN_ALL = """
import contextlib, io, json, os, runpy, sys, traceback

folder, *paths = sys.argv[1:]
printed, failed = {}, {}
for path in paths:
    name = os.path.splitext(os.path.basename(path))[0]
    os.makedirs(os.path.join(folder, name))
    os.chdir(os.path.join(folder, name))
    sys.argv, out = [path, "--smoke"], io.StringIO()
    try:
        with contextlib.redirect_stdout(out):
            runpy.run_path(path, run_name="__main__")
    except BaseException:
        failed[name] = traceback.format_exc()
    printed[name] = out.getvalue()
print(json.dumps([printed, failed]))
"""


def test_all_but_the_long_ones(tmp_path):
    paths = [path for path in EXAMPLES if path.stem not in LONG]
    result = run("-c", RUN_ALL, tmp_path, *paths)
    printed, failed = json.loads(result.stdout.splitlines()[-1])
    assert failed == {}, "\n".join(failed.values())
    assert list(printed) == [path.stem for path in paths]
    assert all(text.strip() for text in printed.values())


@pytest.mark.long
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(example, tmp_path):
    """In a process of its own."""
    assert run(example, "--smoke", cwd=tmp_path).stdout.strip()


def run(*arguments, cwd=None):
    result = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    return result
