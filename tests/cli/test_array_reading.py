"""How arrays are read, in every command alike."""

import dataclasses
import json

import h5py
import numpy as np
import pytest

from st_keras.cli.array_reading import as_trained, read_last_frames, read_windows
from st_keras.cli.frame_data import Reading
from tests.cli.conftest import smallest_run, squares
from tests.cli.test_frame_data import windows
from tests.uncompiled import uncompiled

TIMES = np.datetime64("2026-06-01T00:00") + 5 * np.r_[0:6, 8:12].astype("m8[m]")
FRAMES = np.random.default_rng(0).integers(0, 40, (2, 10, 4, 6), "int16")
SAID = {"axes": "NHWT", "missing_value": -1, "times": "t.npy"}


def test_what_is_not_said_is_as_trained():
    record = {"options": {**SAID, "data": "f.h5:rain", "horizon": 3}}
    assert as_trained(Reading(), record, "f.h5:rain") == Reading(**SAID)
    assert as_trained(Reading(), record, "g.h5:rain") == Reading(**{**SAID, "times": None})
    assert as_trained(Reading(), {}, "f.h5:rain") == Reading()
    said = Reading(axes="THW", missing_value=0, times="u.npy")
    assert as_trained(said, record, "f.h5:rain") == said
    record["data"] = {"units": "mm/h"}  # as the archive of the run had them
    assert as_trained(Reading(), record, "g.h5:rain").units == "mm/h"
    record["options"]["units"] = "dBZ"
    assert as_trained(Reading(), record, "g.h5:rain").units == "dBZ"


def test_a_forecast_is_of_the_units_trained_on(tmp_path):
    with h5py.File(tmp_path / "f.h5", "w") as file:
        for name, units in (("rain", "mm h-1"), ("cloud", "K")):
            file[name] = FRAMES[0].astype("float32")
            file[name].attrs["units"] = units
    spec, trained = str(tmp_path / "f.h5"), Reading(units="mm/h")
    assert read_last_frames(f"{spec}:rain", 2, trained)[0].units == "mm h-1"
    with pytest.raises(ValueError, match=r"frames in 'K'.*stated or trained on, 'mm/h'"):
        read_last_frames(f"{spec}:cloud", 2, trained)
    both = dataclasses.replace(trained, variable="cloud,rain")
    assert read_last_frames(spec, 2, both, ("rain",))[1].shape == (1, 2, 4, 6, 2)
    with pytest.raises(ValueError, match="frames in 'K'"):
        read_last_frames(spec, 2, both, ("cloud",))


@pytest.mark.parametrize("code", [-1, "nan", "none"])
def test_missing_values_from_flags(tmp_path, code):
    frames = FRAMES.astype("float32")
    frames[0, 4, 0, 0] = -1 if code == "none" else float(code)
    np.save(tmp_path / "f.npy", frames)
    data = read_windows(str(tmp_path / "f.npy"), windows(2, 2, missing_value=code))
    assert data.windows_with_missing == (0 if code == "none" else 4)
    assert data.value_range == (-1.0 if code == "none" else 0.0, 39.0)


def test_where_times_may_lie(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("f.npy", FRAMES)
    np.save("t.npy", TIMES)
    np.savez("f.npz", rain=FRAMES, scan=TIMES)
    for spec, times in (("f.npy", "t.npy"), ("f.npy", "f.npz:scan"), ("f.npz:rain", "scan")):
        assert read_windows(spec, windows(2, 2, times=times)).windows_across_gaps == 6
    with pytest.raises(ValueError, match=r"--times: received 'scan', .* beside --data f.npy"):
        read_last_frames("f.npy", 2, Reading(times="scan"))
    with pytest.raises(ValueError, match="array name 'snow'"):
        read_windows("f.npz:rain", windows(2, 2, times="snow"))


def test_last_frames(tmp_path):
    frames = FRAMES.copy()
    frames[1, 6] = -1
    np.save(tmp_path / "f.npy", frames)
    spec = str(tmp_path / "f.npy")
    _, last, times = read_last_frames(spec, 3, Reading(missing_value=-1))
    assert last.dtype == np.float32 and last.shape == (2, 3, 4, 6, 1) and times is None
    np.testing.assert_array_equal(last[..., 0], frames[:, -3:])
    with pytest.raises(
        ValueError, match="1 of 2 sequences with the missing value -1 in their last"
    ):
        read_last_frames(spec, 4, Reading(missing_value=-1))
    with pytest.raises(ValueError, match="--data: received missing_value=nan for frames"):
        read_last_frames(spec, 4, Reading(missing_value="nan"))
    with pytest.raises(ValueError, match=r"10 frames \(axes .*at least 11.*--context-length 10"):
        read_last_frames(spec, 11, Reading())
    masked = read_last_frames(spec, 4, Reading(missing_value=-1, missing="mask"))[1]
    expected = np.where(frames == -1, np.nan, frames)[:, -4:]
    np.testing.assert_array_equal(masked[..., 0], expected)
    coarse = read_last_frames(spec, 4, Reading(missing_value=-1, missing="mask", coarsen=2))[1]
    means = expected.reshape(2, 4, 2, 2, 3, 2).mean(axis=(3, 5))
    np.testing.assert_allclose(coarse[..., 0], means)


@pytest.mark.parametrize(("length", "crosses"), [(1, False), (4, False), (5, True), (10, True)])
def test_last_frames_and_gaps(tmp_path, length, crosses):
    np.save(tmp_path / "t.npy", TIMES)
    np.save(tmp_path / "f.npy", FRAMES)
    spec, reading = str(tmp_path / "f.npy"), Reading(times=str(tmp_path / "t.npy"))
    if crosses:
        with pytest.raises(ValueError, match="--data: received 2 of 2 sequences whose last"):
            read_last_frames(spec, length, reading)
        reading = dataclasses.replace(reading, max_missing_scans=2, missing="mask")
        _, last, times = read_last_frames(spec, length, reading)
        assert last.shape[1] == length and np.isnan(last).all(axis=(2, 3, 4)).sum() == (
            2 if length == 5 else 4
        )
        assert (np.diff(times) == np.timedelta64(5, "m")).all()
    else:
        _, last, times = read_last_frames(spec, length, reading)
        assert last.shape[1] == length and times[0].tolist() == TIMES[-length:].tolist()


def test_archives_of_many_files(tmp_path):
    for k in range(8):
        np.save(tmp_path / f"{k}.npy", FRAMES[0, k])
    data = read_windows(f"{tmp_path}/*.npy", windows(2, 2, coarsen=2))
    assert len(data) == 5 and data.image_shape == (2, 3, 1)
    np.save(tmp_path / "8.npy", FRAMES[0, 0, :2])
    with pytest.raises(ValueError, match="--data: received 1 of 9 files with frame size"):
        read_windows(str(tmp_path), windows(2, 2))


@uncompiled
def test_from_training_to_the_forecast(run, tmp_path):
    """HDF5 in an order of its own, with a fill code and a gap: said once, and known ever after."""
    frames = squares(9, 12).astype("int16")
    frames[[2, 7, 8], 1, 0, 0] = -9999
    with h5py.File(tmp_path / "radar.h5", "w") as file:
        file["rain"] = frames[:, :, None].transpose(0, 3, 4, 2, 1)  # N, H, W, C, T
        file["scan"] = np.r_[0:3, 4:13] * 300
        file["scan"].attrs["units"] = "seconds since 2026-06-01"
    spec, out = f"{tmp_path}/radar.h5:rain", tmp_path / "run"
    reading = ("--axes", "NHWCT", "--missing-value=-9999", "--times", "scan")
    train = [*smallest_run(spec, out), *reading]
    assert run(*train)[0] == 0
    status, said, _ = run(*train, "--resume")
    assert status == 0 and "is finished" in said
    status, _, err = run(*train, "--missing-value=0", "--resume")
    assert status == 2 and "missing_value -9999, now 0" in err
    record = json.loads((out / "run.json").read_text())
    assert record["data"]["value_range"] == [0.0, 200.0] and record["data"]["axes"] == "NHWCT"
    assert record["data"]["windows_across_gaps"] > 0
    assert set(record["data_fingerprint"]) == {"first_batches", "frames", "times"}
    again = tmp_path / "again"
    assert run("train", "--replay", out / "run.json", "--out", again)[0] == 0
    replayed = json.loads((again / "run.json").read_text())
    for key in ("data", "data_fingerprint"):
        assert replayed[key] == record[key]
    model, data = out / "model.keras", ("--data", spec, "--horizon", 3)
    status, said, err = run("evaluate", model, *data, "--out", tmp_path / "scores")
    assert status == 0, err
    assert "the test part of the training run" in said and "read as NHWCT" in said
    assert run("forecast", model, *data, "--out", tmp_path / "f.npy")[0] == 0
    assert np.load(tmp_path / "f.npy").shape == (9, 3, 16, 24, 1)
