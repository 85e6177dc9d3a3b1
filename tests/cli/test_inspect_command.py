"""`st-keras inspect` as a user runs it: all that is wrong with an archive, and exit status 0."""

import json

import h5py
import numpy as np
import pytest

from st_keras.datasets.archives import archive_scan
from tests.cli.conftest import smallest_run

RNG = np.random.default_rng(0)


@pytest.fixture
def archive(tmp_path):
    """Scans in files: a gap, a repetition, a changed grid, a fill code and columns of NaN.

    Times stand in a file beside them: .npy has none of its own.
    """
    rain = RNG.gamma(0.5, 2.0, (24, 12, 16)).astype("float32").clip(0, 40)
    rain[:, :, -3:] = np.nan
    rain[7, 2:5, 2:5] = -9999
    rain[12] = rain[11]
    folder = tmp_path / "scans"
    folder.mkdir()
    for k, frame in enumerate(rain):
        np.save(folder / f"{k:02d}.npy", frame)
    np.save(folder / "24.npy", rain[0, :, :10])
    minutes = np.r_[0:60:5, 55, 65:90:5, 120:150:5]
    np.save(tmp_path / "times.npy", np.datetime64("2026-06-01T00:00") + minutes.astype("m8[m]"))
    return folder, tmp_path / "times.npy"


def test_names_all_that_is_wrong(run, archive, tmp_path):
    folder, times = archive
    picture = tmp_path / "look.png"
    arguments = ("inspect", folder, "--times", times, "--context-length", 3, "--horizon", 3)
    status, out, err = run(*arguments, "--out", picture)
    assert (status, err) == (0, "")
    assert picture.stat().st_size > 10_000
    assert "1 sequence of 24 frames, 12 x 16 pixels" in out and "in 24 files" in out
    assert "a step of 5 minutes" in out
    found = {line.split("  ")[0]: line for line in out.split("found ")[1].splitlines()}
    assert "steps longer than the usual 5 minutes: " in found["gap"]
    assert (
        "11.npy (frame 11)" in found["repeated frame"]
        or "frames 11 and 12" in found["repeated frame"]
    )
    assert "frame size (12, 10) where most have (12, 16)" in found["frame size"]
    assert "train refuses it" in found["frame size"] and "24.npy" in found["frame size"]
    assert "-9999 stands again and again" in found["fill code"]
    assert "3 of 16 columns never hold a value" in found["columns"]
    assert "across gaps" in out and "missing   18." in out


def test_json_and_a_named_code(run, archive, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    folder, _ = archive
    status, out, _ = run("inspect", f"{folder}/0*.npy", "--missing-value=-9999", "--json")
    found = json.loads(out)
    assert status == 0 and (tmp_path / "st_keras_inspect.png").exists()
    assert found["value_range"][0] >= 0 and found["files"] == 10
    assert found["missing_percent"] == pytest.approx(100 * (10 * 36 + 9) / (10 * 192))
    assert [each["kind"] for each in found["findings"]] == ["columns"]
    assert run("inspect", f"{folder}/0*.npy")[0] == 0
    assert (tmp_path / "st_keras_inspect-2.png").exists()


def test_refusals(run, archive, tmp_path, monkeypatch):
    monkeypatch.setattr(archive_scan, "TIMEOUT", 0.5)
    folder, times = archive
    for data, text in (
        ("digits", "generated digits have nothing"),
        (tmp_path / "no.npy", "no.npy"),
        (f"{folder}/*.h5", "a pattern that nothing matches"),
    ):
        status, _, err = run("inspect", data)
        assert status == 2 and text in err and "Required: " in err
    status, _, err = run("inspect", times, "--out", tmp_path / "a.png")
    assert status == 2 and "rank 1" in err
    (tmp_path / "a.png").write_text("mine")
    status, _, err = run("inspect", folder, "--out", tmp_path / "a.png")
    assert status == 2 and "nothing is overwritten" in err
    assert (tmp_path / "a.png").read_text() == "mine"
    status, _, err = run(
        "inspect", folder, "--scheduler", "tcp://127.0.0.1:1", "--out", tmp_path / "b.png"
    )
    assert status == 2 and "where no dask scheduler answers" in err


def test_damaged_frames_are_named_and_train_refuses_them(run, tmp_path):
    """Of a chunk in the middle nothing is known before it is read; no training begins with it."""
    path, out = tmp_path / "rain.h5", tmp_path / "run"
    with h5py.File(path, "w") as file:
        rain = RNG.random((20, 8, 8)).astype("float32")
        file.create_dataset("rain", data=rain, chunks=(1, 8, 8), compression="gzip")
        places = [file["rain"].id.get_chunk_info(k).byte_offset for k in (0, 11)]
    whole = path.read_bytes()
    for place in places:
        whole = whole[:place] + b"\xff" * 60 + whole[place + 60 :]
    path.write_bytes(whole)
    look = ("inspect", path, "--context-length", 3, "--horizon", 3)
    status, said, err = run(*look, "--out", tmp_path / "a.png", "--json")
    assert (status, err) == (0, "")
    (found,) = json.loads(said)["findings"]
    assert (found["kind"], found["count"], found["refused"]) == ("damaged frames", 2, True)
    assert f"{path} (frame 0)" in found["text"] and "filter returned failure" in found["text"]
    assert "7 with a missing scan" in json.loads(said)["windows"]
    train = smallest_run(path, out)
    status, _, err = run(*train)
    assert status == 2 and not out.exists()
    assert "frames 0 to " in err and "`st-keras inspect` says where" in err


def test_json_of_an_archive_without_values(run, tmp_path):
    np.save(tmp_path / "none.npy", np.full((12, 4, 4), np.nan, "float32"))
    status, said, _ = run("inspect", tmp_path / "none.npy", "--out", tmp_path / "a.png", "--json")
    found = json.loads(said, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert status == 0 and found["value_range"] is None and found["percentiles"]["50"] is None
    assert {each["kind"] for each in found["findings"]} == {"values", "missing scan"}
