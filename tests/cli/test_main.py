"""Exit status, and refusals of the commands themselves."""

import pytest


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
