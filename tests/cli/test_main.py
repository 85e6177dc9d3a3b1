"""Exit status, and refusals of the commands themselves."""

import dataclasses
import importlib
import signal

import pytest

from st_keras.cli.worker_lost_error import WorkerLostError
from st_keras.validation import error
from tests.training.resume.interruption import systems_handler

__all__ = ["systems_handler"]


@pytest.fixture
def works(monkeypatch):
    """Have a command do something else."""

    def work(name, function):
        module = importlib.import_module(f"st_keras.cli.{name}_command")
        other = dataclasses.replace(module.COMMAND, work=function)
        monkeypatch.setattr(module, "COMMAND", other)

    return work


def raising(reason):
    def work(settings):
        raise reason

    return work


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--horizon", "30"], "at least context_length + horizon"),
        (["--crop", "99"], "crops that fit into the frame"),
        (["--kernel-size", "4"], "kernel_size=4"),
        (["--filters", "4,8"], "all equal"),
        (["--data", "nothing.npy"], "nothing.npy"),
        (["--out", __file__ + "/run"], "is no folder"),
    ],
)
def test_impossible_values_are_refused_before_anything_is_written(
    more, reason, train_arguments, run, tmp_path
):
    status, _, err = run(*train_arguments, *more)
    assert status == 2
    assert reason in err
    assert "Required:" in err
    assert not (tmp_path / "run").exists()


def test_a_bug_is_not_dressed_up_as_a_refusal(train_arguments, run, works):
    works("train", raising(ValueError("a bug")))
    with pytest.raises(ValueError, match="a bug"):
        run(*train_arguments)


@pytest.mark.parametrize(
    ("reason", "status", "told"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (WorkerLostError("worker 1: received no answer"), 3, "worker 1: received no answer"),
        (error("--data", "a", "b", "Pass b."), 2, "--data: received a. Required: b. Pass b."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_how_a_command_ends(reason, status, told, train_arguments, run, works):
    works("train", raising(reason))
    assert run(*train_arguments) == (status, "", f"st-keras train: {told}\n")


COMMANDS = {
    "train": ["train", "predrnn", "--data", "digits", "--out", "run"],
    "tune": ["tune", "predrnn", "--data", "digits", "--out", "search"],
    "study": ["study", "modes", "--out", "study"],
    "demo": ["demo", "predrnn"],
}


@pytest.mark.usefixtures("systems_handler")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_scheduler_ends_long_commands_as_ctrl_c_does(command, run, works, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    works(command, lambda settings: signal.raise_signal(signal.SIGTERM))
    status, _, err = run(*COMMANDS[command])
    assert status == 128 + signal.SIGTERM
    assert "interrupted" in err
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.usefixtures("systems_handler")
def test_ctrl_c_after_a_command_that_was_not_ended_is_ctrl_c(run, works):
    works("demo", raising(KeyboardInterrupt()))
    assert run(*COMMANDS["demo"])[0] == 130
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
