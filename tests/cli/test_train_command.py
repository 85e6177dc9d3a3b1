"""`st-keras train`: what it writes, and that it never overwrites."""

import json

import pytest


def test_runs_and_refuses_to_overwrite(train_arguments, run, tmp_path):
    status, out, _ = run(*train_arguments)
    assert status == 0
    assert "parameters, 2 batches" in out
    assert str(tmp_path / "run" / "model.keras") in out
    assert (tmp_path / "run" / "training_curve.png").is_file()
    before = (tmp_path / "run" / "model.keras").read_bytes()

    status, _, err = run(*train_arguments)
    assert status == 2
    assert "nothing is overwritten" in err
    assert (tmp_path / "run" / "model.keras").read_bytes() == before


def test_says_what_to_do_next(train_arguments, run, frames_file, tmp_path):
    _, out, _ = run(*train_arguments)
    following = out.split("Next: st-keras ")[1].split()
    assert run(*following)[0] == 0
    assert (tmp_path / "run" / "evaluation" / "scores.json").is_file()


def test_interruption_saves_what_has_been_learned(train_arguments, run, monkeypatch, tmp_path):
    import keras

    def interrupt(self, *arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "fit", interrupt)
    status, out, _ = run(*train_arguments)
    assert status == 0
    assert "Interrupted" in out
    assert (tmp_path / "run" / "model.keras").is_file()


@pytest.mark.parametrize("steps", [1, 11, 13])
def test_trains_as_many_batches_as_told(steps, train_arguments, run, tmp_path):
    assert run(*train_arguments, "--steps", steps)[0] == 0
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["recipe"]["steps"] == record["recipe"]["steps_done"] == steps
    assert not (tmp_path / "run" / "resume").exists()


def test_divergence_is_an_error(train_arguments, run, tmp_path):
    flags = ("--learning-rate", "1e30", "--decay", "constant", "--steps", 8)
    status, _, err = run(*train_arguments, *flags)
    assert status == 2
    assert "a loss that is no longer finite" in err
    assert not (tmp_path / "run" / "model.keras").exists()
