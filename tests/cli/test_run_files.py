"""A run goes on where it was killed, bit for bit, and a finished one is left alone."""

import json
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cli import worker_group
from st_keras.cli.grammar import parse
from st_keras.cli.run_files import RunFiles
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.worker_group import WorkerGroup
from st_keras.validation import error
from tests.cli.conftest import assert_same_bits
from tests.uncompiled import uncompiled


def record_of(folder):
    return json.loads((folder / "run.json").read_text())


def asked(out, *more):
    train = ["train", "predrnn", "--data", "digits", "--out", str(out), *more]
    return parse(train)[1]


@pytest.mark.long
def test_resumed_is_uninterrupted_bit_for_bit(train_arguments, run, dying, deterministic, tmp_path):
    arguments = [*train_arguments, "--steps", 11, "--resume-every", 2, *deterministic]
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert run(*arguments, "--out", whole)[0] == 0

    # Epochs are of two batches: killed within one, and at its end.
    dying(6, run, *arguments, "--out", parts)
    assert record_of(parts)["status"] == "running"
    assert not (parts / "model.keras").exists()
    status, _, err = run(*arguments, "--out", parts)
    assert status == 2
    assert "--resume goes on with the run in it" in err
    dying(9, run, *arguments, "--out", parts, "--resume")
    status, out, err = run(*arguments, "--out", parts, "--resume")
    assert status == 0, err
    assert "going on after batch 8" in out
    assert_same_bits(whole / "model.keras", parts / "model.keras")
    one, other = record_of(whole), record_of(parts)
    assert one["history"] == other["history"]
    assert (one["resumed_after"], other["resumed_after"]) == ([], [4, 8])
    assert [start["after"] for start in other["starts"]] == [0, 4, 8]
    assert "--resume" not in other["starts"][0]["command"]
    assert "--resume" in other["starts"][2]["command"]
    assert other["recipe"]["steps_done"] == 11
    assert not (parts / "resume").exists()

    before = {path.name: path.read_bytes() for path in parts.iterdir()}
    status, out, _ = run(*arguments, "--out", parts, "--resume")
    assert status == 0
    assert "is finished" in out
    assert {path.name: path.read_bytes() for path in parts.iterdir()} == before

    again = tmp_path / "again"
    status, out, err = run("train", "--replay", whole / "run.json", "--out", again)
    assert status == 0, err
    assert "Note" not in out
    assert_same_bits(whole / "model.keras", again / "model.keras")


@pytest.mark.long
def test_resume_of_slowvae(run, dying, deterministic, tmp_path):
    flags = ("--steps", 4, "--batch-size", 2, "--latent-size", 4, "--resume-every", 1)
    arguments = ("train", "slowvae", "--data", "sprites", *flags, *deterministic)
    assert run(*arguments, "--out", tmp_path / "whole")[0] == 0
    dying(3, run, *arguments, "--out", tmp_path / "parts")
    status, out, err = run(*arguments, "--out", tmp_path / "parts", "--resume")
    assert status == 0, err
    assert "going on after batch 2" in out
    assert_same_bits(tmp_path / "whole" / "model.keras", tmp_path / "parts" / "model.keras")


@uncompiled
def test_time_is_up_and_the_run_goes_on(train_arguments, run, tmp_path):
    arguments = (*train_arguments, "--steps", 5, "--resume")
    status, out, _ = run(*arguments, "--max-minutes", 0.01)
    assert status == 0
    if "Time is up" in out:  # not on a very fast machine
        assert "--resume goes on" in out
        assert record_of(tmp_path / "run")["status"] == "interrupted"
        assert (tmp_path / "run" / "model.keras").is_file()
        assert run(*arguments)[0] == 0
    record = record_of(tmp_path / "run")
    assert (record["status"], record["recipe"]["steps_done"]) == ("finished", 5)


@uncompiled
def test_other_settings_do_not_go_on(train_arguments, run, dying, tmp_path):
    arguments = [*train_arguments, "--steps", 3, "--resume-every", 1]
    dying(3, run, *arguments)
    before = (tmp_path / "run" / "run.json").read_bytes()
    status, _, err = run(*arguments, "--resume", "--seed", 5)
    assert status == 2
    assert "seed: 0 in the state, 5 now" in err
    assert "Required:" in err
    assert (tmp_path / "run" / "run.json").read_bytes() == before
    assert run(*arguments, "--resume", "--max-minutes", 9, "--resume-every", 7)[0] == 0


@pytest.mark.long
def test_two_replicas(train_arguments, run, two_replicas, monkeypatch, tmp_path):
    monkeypatch.setattr(worker_group, "make_strategy", lambda name: two_replicas)
    assert run(*train_arguments)[0] == 0
    record = record_of(tmp_path / "run")
    assert (record["strategy"], record["replicas"]) == ("mirrored", 2)
    status, _, err = run(*train_arguments, "--batch-size", 1, "--out", tmp_path / "other")
    assert status == 2
    assert "received 1 on 2 replicas" in err
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    "interruption",
    [
        KeyboardInterrupt(),
        # What pybind11 makes of Ctrl-C while TensorFlow raises that another worker has left.
        RuntimeError("ORIGINAL UnavailableError REPLACED BY KeyboardInterrupt: <EMPTY MESSAGE>"),
    ],
    ids=lambda interruption: type(interruption).__name__,
)
def test_ctrl_c_on_several_workers_saves_no_model(
    interruption, train_arguments, run, monkeypatch, tmp_path
):
    def interrupt(self, *arguments, **keywords):
        raise interruption

    class ChiefOfTwo(WorkerGroup):
        size = property(lambda self: 2, lambda self, _: None)
        replicas = property(lambda self: 2, lambda self, _: None)

        def broadcast(self, number):
            return number

    monkeypatch.setattr(keras.Model, "fit", interrupt)
    monkeypatch.setattr(worker_group, "join_workers", lambda *_: ChiefOfTwo())
    assert run(*train_arguments)[0] == 130
    assert record_of(tmp_path / "run")["status"] == "interrupted"
    assert not (tmp_path / "run" / "model.keras").exists()


def failing(reason):
    def fail(self, *arguments, **keywords):
        raise reason

    return fail


@uncompiled
def test_other_runtime_errors_are_no_interruption(train_arguments, run, monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "fit", failing(RuntimeError("a bug")))
        with pytest.raises(RuntimeError, match="a bug"):
            run(*train_arguments)
    assert record_of(tmp_path / "run")["status"] == "failed"
    status, out, _ = run(*train_arguments, "--resume")
    assert status == 0
    assert "resume holds no state of a trained batch: this begins at batch 0." in out
    record = record_of(tmp_path / "run")
    assert record["status"] == "finished"
    assert [start["after"] for start in record["starts"]] == [0, 0]


def test_a_full_disk_is_what_is_said(train_arguments, run, monkeypatch, tmp_path):
    full = error("--out", "no room", "room", "Make room.")
    monkeypatch.setattr(keras.Model, "fit", failing(full))
    monkeypatch.setattr(
        RunFiles, "_close", failing(error("--out", "no room for run.json", "r", "M."))
    )
    status, _, err = run(*train_arguments)
    assert status == 2
    assert "received no room. Required: room" in err
    assert record_of(tmp_path / "run")["status"] == "running"


@pytest.mark.parametrize(("size", "status"), [(2, "interrupted"), (1, "failed")])
def test_a_lost_worker_interrupts(size, status, tmp_path):
    workers, folder = types.SimpleNamespace(size=size, is_chief=True), RunFolder(tmp_path)
    files = RunFiles(asked(tmp_path), folder, workers)
    files._record = {"status": "running"}
    files.fail(tf.errors.UnavailableError(None, None, "Socket closed"))
    assert record_of(tmp_path)["status"] == status
    workers.is_chief = False
    files.fail(ValueError("a bug"))
    assert record_of(tmp_path)["status"] == status


@uncompiled
def test_tensorboard(train_arguments, run, tmp_path):
    status, out, _ = run(*train_arguments, "--tensorboard")
    assert status == 0 and "tensorboard" in out
    (events,) = (tmp_path / "run" / "tensorboard").iterdir()
    written = events.read_bytes()
    for tag in (b"skill against persistence", b"forecast/0", b"epoch/val_loss"):
        assert tag in written


@uncompiled
def test_data_that_are_not_finite_are_named(train_arguments, run, frames_file, tmp_path):
    frames = np.load(frames_file).astype("float32")
    frames[:, 4, 3, 3] = np.nan
    np.save(frames_file, frames)
    status, _, err = run(*train_arguments)
    assert status == 2
    assert "NaN" in err and "Required:" in err
    assert not (tmp_path / "run" / "model.keras").exists()
