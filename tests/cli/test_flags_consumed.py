"""No dead flag: every one that a command declares is read while the command runs."""

import argparse
import importlib

import pytest

from st_keras.cli.parser import build_parser


class Recording(argparse.Namespace):
    """Remembers which options were read."""

    def __getattribute__(self, name):
        if not name.startswith("_"):
            self.__dict__.setdefault("_reads", set()).add(name)
        return super().__getattribute__(name)


def unread(arguments):
    """Run a command; return the declared options it never read."""
    options = build_parser().parse_args([str(a) for a in arguments], namespace=Recording())
    declared = {name for name in vars(options) if not name.startswith("_")}
    options._reads.clear()
    command = options.command
    module = command.replace("-", "_")
    importlib.import_module(f"st_keras.cli.{module}_command").run(options)
    return declared - options._reads - {"command"}


def test_train_evaluate_forecast_export(train_arguments, frames_file, tmp_path):
    assert unread(train_arguments) == set()
    trained = tmp_path / "run" / "model.keras"
    again = ["train", "--replay", tmp_path / "run" / "run.json", "--out", tmp_path / "again"]
    assert unread(again) == set()
    data = ("--data", frames_file)
    assert unread(["evaluate", trained, *data, "--horizon", 3, "--out", tmp_path / "e"]) == set()
    assert unread(["forecast", trained, *data, "--out", tmp_path / "f.npy"]) == set()
    assert unread(["export", trained, "--out", tmp_path / "s" / "1"]) == set()


@pytest.mark.long
def test_demo(frames_file, tmp_path):
    arguments = ["demo", "--data", frames_file, "--out", tmp_path / "demo", "--steps", 1]
    windows = ["--context-length", 2, "--horizon", 2, "--batch-size", 1]
    assert unread([*arguments, *windows]) == set()


def test_the_recording_notices_a_flag_that_nobody_reads():
    options = build_parser().parse_args(["demo"], namespace=Recording())
    options._reads.clear()
    assert options.data == "digits"
    assert options._reads == {"data"}
