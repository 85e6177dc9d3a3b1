"""A run goes on where it was killed, bit for bit, and a finished one is left alone."""

import json
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cli import team as team_module
from st_keras.cli.parser import build_parser
from st_keras.cli.run import GOES_ON, IS_FINISHED, NEW, Run, find_run
from st_keras.cli.run_folder import RunFolder
from st_keras.cli.team import Team
from st_keras.validation import error
from tests.cli.conftest import assert_same_bits
from tests.uncompiled import uncompiled


def record_of(folder):
    return json.loads((folder / "run.json").read_text())


def asked(out, *more):
    train = ["train", "predrnn", "--data", "digits", "--out", str(out), *more]
    return build_parser().parse_args(train)


def write_record(folder, status, **options):
    folder.mkdir(exist_ok=True)
    content = {"format": 2, "status": status, "data_fingerprint": {}, "versions": {}}
    (folder / "run.json").write_text(json.dumps({**content, "options": options}))


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
    arguments = (*train_arguments, "--steps", 8, "--resume")
    status, out, _ = run(*arguments, "--max-minutes", 0.01)
    assert status == 0
    if "Time is up" in out:  # not on a very fast machine
        assert "--resume goes on" in out
        assert record_of(tmp_path / "run")["status"] == "interrupted"
        assert (tmp_path / "run" / "model.keras").is_file()
        assert run(*arguments)[0] == 0
    record = record_of(tmp_path / "run")
    assert (record["status"], record["recipe"]["steps_done"]) == ("finished", 8)


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
    monkeypatch.setattr(team_module, "make_strategy", lambda name: two_replicas)
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

    class ChiefOfTwo(Team):
        size = property(lambda self: 2, lambda self, _: None)

        def shared(self, number):
            return number

    monkeypatch.setattr(keras.Model, "fit", interrupt)
    monkeypatch.setattr("st_keras.cli.train_command.open_team", lambda *_: ChiefOfTwo())
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
    monkeypatch.setattr(Run, "_close", failing(error("--out", "no room for run.json", "r", "M.")))
    status, _, err = run(*train_arguments)
    assert status == 2
    assert "received no room. Required: room" in err
    assert record_of(tmp_path / "run")["status"] == "running"


@pytest.mark.parametrize(("size", "status"), [(2, "interrupted"), (1, "failed")])
def test_a_lost_worker_interrupts(size, status, tmp_path):
    team, folder = types.SimpleNamespace(size=size, is_chief=True), RunFolder(tmp_path)
    a_run = Run(asked(tmp_path), folder, team)
    a_run._record = {"status": "running"}
    a_run.fail(tf.errors.UnavailableError(None, None, "Socket closed"))
    assert record_of(tmp_path)["status"] == status
    team.is_chief = False
    a_run.fail(ValueError("a bug"))
    assert record_of(tmp_path)["status"] == status


def test_what_lies_in_the_folder(tmp_path):
    out = tmp_path / "run"
    assert find_run(asked(out)) == find_run(asked(out, "--resume")) == NEW
    write_record(out, "running")
    assert find_run(asked(out, "--resume")) == GOES_ON
    write_record(out, "interrupted")
    assert find_run(asked(out, "--resume")) == GOES_ON
    write_record(out, "finished", steps=9)
    message = r"--resume: received .*a run of other settings is finished: .*steps 9, now 8.*Req"
    with pytest.raises(ValueError, match=message):
        find_run(asked(out, "--resume", "--steps", "8"))


def test_a_finished_run_of_these_settings(tmp_path):
    from st_keras.cli.run_record import options_of

    write_record(tmp_path / "run", "finished", **options_of(asked(tmp_path / "run")))
    assert find_run(asked(tmp_path / "run", "--resume")) == IS_FINISHED


def test_a_finished_run_answers_for_its_own_data_only(tmp_path):
    from st_keras.cli.run_record import options_of

    write_record(tmp_path / "run", "finished", **options_of(asked(tmp_path / "run")))
    message = r"--resume: received .* is finished: data digits, now other\.npy\. Required: the se"
    with pytest.raises(ValueError, match=message):
        find_run(asked(tmp_path / "run", "--resume", "--data", "other.npy"))


def test_resume_leaves_foreign_folders_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    message = r"--out: received .*exists\. Required: .* There is no run\.json in it"
    with pytest.raises(ValueError, match=message):
        find_run(asked(tmp_path, "--resume"))
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(ValueError, match=r"--resume: received .*no run record"):
        find_run(asked(tmp_path, "--resume"))


def test_a_record_that_a_kill_left_half_written_is_nothing(tmp_path):
    (tmp_path / ".unfinished-123-run.json").write_text("{")
    assert find_run(asked(tmp_path, "--resume")) == NEW
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("names", [[".unfinished-123-mine"], [".unfinished-123-run.json", "mine"]])
def test_nothing_else_is_deleted(names, tmp_path):
    for name in names:
        (tmp_path / name).write_text("mine")
    with pytest.raises(ValueError, match=r"--out: received .*exists\. Required: "):
        find_run(asked(tmp_path, "--resume"))
    assert sorted(path.name for path in tmp_path.iterdir()) == names


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
