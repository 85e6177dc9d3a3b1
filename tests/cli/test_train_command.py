"""`st-keras train`: what it writes, and that it never overwrites."""

import json
import signal

import keras
import pytest

from st_keras.training import ExactResume, StepLimit
from st_keras.validation import error
from tests.cli.conftest import assert_same_bits
from tests.uncompiled import uncompiled


@uncompiled
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


@uncompiled
def test_flags_a_file_and_a_replay_give_the_same_weights(train_arguments, run, tmp_path):
    assert run(*train_arguments, "--layer-norm", "--seed", 3)[0] == 0
    command, model, *flags = map(str, train_arguments)
    said = {
        flag.removeprefix("--"): value for flag, value in zip(flags[::2], flags[1::2], strict=True)
    }
    said |= {"out": str(tmp_path / "file"), "layer-norm": True, "seed": 4}
    (tmp_path / "run.yaml").write_text(json.dumps(said))  # which YAML takes too
    assert run(command, model, "--config", tmp_path / "run.yaml", "--seed", 3)[0] == 0
    replay = ("train", "--replay", tmp_path / "run" / "run.json", "--out", tmp_path / "again")
    assert run(*replay)[0] == 0
    for other in ("file", "again"):
        assert_same_bits(tmp_path / "run" / "model.keras", tmp_path / other / "model.keras")
    records = [tmp_path / name / "run.json" for name in ("run", "file", "again")]
    one, *others = [json.loads(record.read_text()) for record in records]
    for other in others:
        assert {**other["options"], "out": one["options"]["out"]} == one["options"]


@uncompiled
def test_says_what_to_do_next(train_arguments, run, frames_file, tmp_path):
    _, out, _ = run(*train_arguments)
    following = out.split("Next: st-keras ")[1].split()
    assert run(*following)[0] == 0
    assert (tmp_path / "run" / "evaluation" / "scores.json").is_file()


@uncompiled
@pytest.mark.parametrize(
    ("number", "handler", "ended_with"),
    [(signal.SIGINT, signal.default_int_handler, 130), (signal.SIGTERM, signal.SIG_DFL, 143)],
)
def test_interruption_saves_what_has_been_learned(
    number, handler, ended_with, train_arguments, run, monkeypatch, tmp_path
):
    def count(self, batch, logs=None):
        self.done += 1
        if self.done == 2:
            signal.raise_signal(number)

    arguments = (*train_arguments, "--steps", 3)
    before = signal.signal(number, handler)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(StepLimit, "on_train_batch_end", count)
            status, out, err = run(*arguments)
        assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, before)
    assert status == ended_with
    assert "Interrupted after 2 batches" in out and "interrupted" in err
    assert (tmp_path / "run" / "model.keras").is_file()
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["status"] == "interrupted"
    assert "--resume goes on after batch 2." in out
    if number == signal.SIGINT:
        status, out, _ = run(*arguments, "--resume")
        assert status == 0
        assert "going on after batch 2 " in out


@pytest.fixture
def interrupted(monkeypatch):
    """Training is interrupted before the first batch."""

    def interrupt(self, *arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "fit", interrupt)


def test_interruption_before_anything_is_learned(train_arguments, run, interrupted, tmp_path):
    status, out, _ = run(*train_arguments)
    assert status == 130
    assert "The same command with --resume begins at batch 0" in out
    assert (tmp_path / "run" / "model.keras").is_file()


def test_interruption_on_a_full_disk(train_arguments, run, interrupted, monkeypatch, tmp_path):
    def full(self):
        raise error("ExactResume", "no room", "room", "Make room.")

    monkeypatch.setattr(ExactResume, "write_now", full, raising=False)
    status, _, err = run(*train_arguments)
    assert status == 130
    assert "No training state is written: ExactResume: received no room. Required: room" in err
    assert (tmp_path / "run" / "model.keras").is_file()


@uncompiled
@pytest.mark.parametrize("steps", [1, 3])
def test_trains_as_many_batches_as_told(steps, train_arguments, run, monkeypatch, tmp_path):
    monkeypatch.setattr("st_keras.cli.training.REPORTS", 2)
    assert run(*train_arguments, "--steps", steps)[0] == 0
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["recipe"]["steps"] == record["recipe"]["steps_done"] == steps
    assert not (tmp_path / "run" / "resume").exists()


@uncompiled
def test_divergence_is_an_error(train_arguments, run, tmp_path):
    flags = ("--learning-rate", "1e30", "--decay", "constant", "--steps", 4)
    status, _, err = run(*train_arguments, *flags)
    assert status == 2
    assert "received a loss that is" in err
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["status"] == "failed"
    assert not (tmp_path / "run" / "model.keras").exists()
