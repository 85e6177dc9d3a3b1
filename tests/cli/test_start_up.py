"""Nothing of TensorFlow's own lines on standard error, unless asked for, or the import fails."""

import json
import os
import subprocess
import sys

import pytest

from st_keras.cli import start_up
from tests.cli.conftest import smallest_run
from tests.fresh_process import REPOSITORY

START = """
import importlib.util, sys, warnings
spec = importlib.util.spec_from_file_location("start_up", sys.argv[1])
start_up = importlib.util.module_from_spec(spec)
spec.loader.exec_module(start_up)  # alone: the package would look into this Keras
start_up.set_level(verbose=sys.argv[2] == "verbose")
warnings.warn("before")
start_up.start_keras()
warnings.warn("after")
"""
NOISE = "import os; os.write(2, b'oneDNN custom operations are on\\n')\n"
ENDINGS = {"works": "", "raises": "raise ImportError('no CPU')", "aborts": "os.abort()"}


def start(folder, ending, how="", **environment):
    """Start a Keras that says something and then works or not; return status and error text."""
    (folder / "keras.py").write_text(NOISE + ENDINGS[ending])
    kept = {name: value for name, value in os.environ.items() if name != start_up.LEVEL}
    done = subprocess.run(
        [sys.executable, "-c", START, start_up.__file__, how],
        env={**kept, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr


def test_what_is_said_is_hidden_and_warnings_are_not(tmp_path):
    status, err = start(tmp_path, "works")
    assert status == 0
    assert "UserWarning: before" in err and "UserWarning: after" in err
    assert "oneDNN" not in err


@pytest.mark.parametrize(
    "asked", [{"how": "verbose"}, {start_up.LEVEL: "0"}, {start_up.LEVEL: "1"}]
)
def test_it_is_shown_where_asked_for(asked, tmp_path):
    assert "oneDNN custom" in start(tmp_path, "works", **asked)[1]


def test_silence_is_handed_on(tmp_path):
    """A process that another one started is as silent as that."""
    assert "oneDNN" not in start(tmp_path, "works", **{start_up.LEVEL: start_up.QUIET})[1]


@pytest.mark.parametrize("ending", ["raises", "aborts"])
def test_it_is_shown_if_the_import_fails(ending, tmp_path):
    status, err = start(tmp_path, ending)
    assert status != 0
    assert "oneDNN custom operations are on\n" in err
    assert ("ImportError: no CPU" in err) == (ending == "raises")
    assert "UserWarning: after" not in err


COMMANDS = """
import json, sys, warnings
from st_keras.cli.main import main
for arguments in json.loads(sys.argv[1]):
    assert main(arguments) == 0, arguments
warnings.warn("of our own")
"""


def run_commands(lines):
    """Run commands as a user's shell does, without what our tests set; return the error text."""
    kept = {name: value for name, value in os.environ.items() if name != start_up.LEVEL}
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS, json.dumps([[str(a) for a in line] for line in lines])],
        cwd=REPOSITORY,
        env=kept,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stderr


def assert_only_our_own(said):
    (line,) = [line for line in said.splitlines() if line.strip()]
    assert "UserWarning: of our own" in line


@pytest.mark.long
def test_commands_are_silent(frames_file, tmp_path):
    model = tmp_path / "run" / "model.keras"
    data = ("--data", frames_file)
    said = run_commands(
        [
            smallest_run(frames_file, tmp_path / "run"),
            ["forecast", model, *data, "--out", tmp_path / "f.npy", "--horizon", 2],
            ["export", model, "--out", tmp_path / "nowcast" / "1"],
        ]
    )
    assert_only_our_own(said)


@pytest.mark.long
@pytest.mark.parametrize("line", [["launch", "--"], []])
def test_workers_are_silent_or_not(line, frames_file, tmp_path):
    training = smallest_run(frames_file, tmp_path / "quiet")
    assert_only_our_own(run_commands([[*line, *training]]))
    training = smallest_run(frames_file, tmp_path / "loud")
    assert "oneDNN" in run_commands([[*line, *training, "--verbose"]])
