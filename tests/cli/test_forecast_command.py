"""`st-keras forecast`: what follows the last frames, as an array and as pictures."""

import errno
import json
import os

import keras
import numpy as np
import pytest

from tests.cli.conftest import squares


def test_forecasts_what_follows_the_last_frames(trained, run, frames_file, tmp_path):
    out = tmp_path / "new" / "forecast.npy"
    flags = ("--data", frames_file, "--horizon", 5, "--batch-size", 3, "--out", out)
    assert run("forecast", trained, *flags)[0] == 0
    last = np.load(frames_file)[:, -3:, ..., None]
    expected = keras.models.load_model(trained).forecast(last, 5)
    np.testing.assert_allclose(np.load(out), expected, atol=1e-4)
    assert out.with_suffix(".png").is_file()
    assert out.with_suffix(".gif").is_file()


def test_context_length_may_differ(trained, run, frames_file, tmp_path):
    flags = ("--data", frames_file, "--context-length", 7, "--out", tmp_path / "f.npy")
    assert run("forecast", trained, *flags)[0] == 0
    assert np.load(tmp_path / "f.npy").shape == (8, 10, 16, 24, 1)


@pytest.mark.parametrize(
    ("frames", "reason"),
    [
        (squares(2, 2), "at least 3 frames to read"),
        (squares(2, 8, size=(18, 24)), "patch_size"),
        (squares(2, 8, channels=3), "1 channel(s)"),
        (np.full((2, 8, 16, 24), np.nan), "NaN"),
    ],
)
def test_refuses_frames(frames, reason, trained, run, tmp_path):
    np.save(tmp_path / "bad.npy", frames)
    flags = ("--data", tmp_path / "bad.npy", "--out", tmp_path / "f.npy")
    status, _, err = run("forecast", trained, *flags)
    assert status == 2
    assert reason in err
    assert "Required:" in err
    assert not (tmp_path / "f.npy").exists()


@pytest.mark.parametrize("there", ["forecast.npy", "forecast.png", "forecast.gif"])
def test_refuses_the_output(there, run, frames_file, tmp_path):
    (tmp_path / there).write_text("mine")
    out = tmp_path / "forecast.npy"
    status, _, err = run("forecast", "model.keras", "--data", frames_file, "--out", out)
    assert status == 2
    assert f"{there} exists. Required: a name with no .npy, .png or .gif of that name" in err
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("fails", ["forecast_command.np.save", "pictures.draw_forecast"])
def test_what_is_interrupted_is_not_in_the_way(
    fails, trained, run, frames_file, monkeypatch, tmp_path
):
    def full(path, *_):
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    out = tmp_path / "new" / "f.npy"
    command = ("forecast", trained, "--data", frames_file, "--horizon", 2, "--out", out)
    with monkeypatch.context() as patch:
        patch.setattr(f"st_keras.cli.{fails}", full)
        status, _, err = run(*command)
    assert status == 2 and "--out: received No space left on device" in err
    assert list(out.parent.iterdir()) == []
    assert run(*command)[0] == 0
    assert sorted(path.suffix for path in out.parent.iterdir()) == [".gif", ".npy", ".png"]


def test_axes_and_missing_value_are_those_of_training(trained, run, frames_file, tmp_path):
    record = tmp_path / "run" / "run.json"
    known = json.loads(record.read_text())
    known["options"] |= {"axes": "NHWT", "missing_value": -9999}
    record.write_text(json.dumps(known))
    frames = np.load(frames_file).astype("int16")
    frames[:, 2] = -9999  # not among the last 3 of 8
    np.save(tmp_path / "scans.npy", frames.transpose(0, 2, 3, 1))
    flags = ("--data", tmp_path / "scans.npy", "--horizon", 2)
    assert run("forecast", trained, *flags, "--out", tmp_path / "f.npy")[0] == 0
    expected = keras.models.load_model(trained).forecast(frames[:, -3:, ..., None], 2)
    np.testing.assert_allclose(np.load(tmp_path / "f.npy"), expected, atol=1e-4)
    frames[5, -1, 0, 0] = -9999
    np.save(tmp_path / "scans.npy", frames.transpose(0, 2, 3, 1))
    status, _, err = run("forecast", trained, *flags, "--out", tmp_path / "g.npy")
    assert status == 2
    assert "1 of 8 sequences with the missing value -9999 in their last 3 frames, the first" in err
    assert "Required: frames without missing values" in err and not (tmp_path / "g.npy").exists()


def test_no_forecast_across_a_gap(trained, run, frames_file, tmp_path):
    for name, minutes in (("whole", np.r_[0:2, 5:11]), ("cut", np.r_[0:6, 8:10])):
        times = np.datetime64("2026-06-01T00:00") + 5 * minutes.astype("m8[m]")
        np.save(tmp_path / f"{name}.npy", times)
    flags = ("--data", frames_file, "--horizon", 2, "--out", tmp_path / "f.npy")
    status, _, err = run("forecast", trained, *flags, "--times", tmp_path / "cut.npy")
    assert status == 2
    assert "8 of 8 sequences whose last 3 frames cross a gap in time: a step other than 5 m" in err
    assert "Required: frames that follow each other" in err and not (tmp_path / "f.npy").exists()
    assert run("forecast", trained, *flags, "--times", tmp_path / "whole.npy")[0] == 0
