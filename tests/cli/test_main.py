"""Exit status, and refusals of the commands themselves."""

import signal

import pytest

from tests.training.resume.interruption import systems_handler

__all__ = ["systems_handler"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--horizon", "30"], "at least context_length + horizon"),
        (["--patch-size", "5"], "patch_size"),
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


def test_a_bug_is_not_dressed_up_as_a_refusal(train_arguments, run, monkeypatch):
    def broken(options):
        raise ValueError("a bug")

    monkeypatch.setattr("st_keras.cli.train_command.run", broken)
    with pytest.raises(ValueError, match="a bug"):
        run(*train_arguments)


def test_ctrl_c_ends_quietly(train_arguments, run, monkeypatch):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr("st_keras.cli.train_command.run", interrupted)
    status, _, err = run(*train_arguments)
    assert status == 130
    assert "interrupted" in err


COMMANDS = {
    "train": ["train", "predrnn", "--data", "digits", "--out", "run"],
    "tune": ["tune", "predrnn", "--data", "digits", "--out", "search"],
    "study": ["study", "modes", "--out", "study"],
    "evaluate": ["evaluate", "model.keras", "--out", "scores"],
    "demo": ["demo", "predrnn"],
}


@pytest.mark.usefixtures("systems_handler")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_scheduler_ends_long_commands_as_ctrl_c_does(command, run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def asked_to_end(options):
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(f"st_keras.cli.{command}_command.run", asked_to_end)
    status, _, err = run(*COMMANDS[command])
    assert status == 128 + signal.SIGTERM
    assert "interrupted" in err
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.usefixtures("systems_handler")
def test_ctrl_c_after_a_command_that_was_not_ended_is_ctrl_c(run, monkeypatch):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr("st_keras.cli.demo_command.run", interrupted)
    assert run(*COMMANDS["demo"])[0] == 130
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
