"""Archives of files: joined along time, or as sequences; what does not fit is refused, or found."""

import pathlib

import h5py
import numpy as np
import pytest

from st_keras.datasets import Frames, Grid, Reader, SequenceDataset, open_frames, register_reader
from st_keras.datasets.archives.archive import open_archive
from st_keras.datasets.readers import reader as registry
from tests.refusals import refused

RNG = np.random.default_rng(0)
RAIN = RNG.random((6, 4, 5)).astype("float32")
START = np.datetime64("2026-06-01T00:00")


def scan_of(path, units="mm/h", shift=0.0):
    """Each file is one scan: minute, units and place of the grid stand in its name."""
    minute, *more = path.rpartition("/")[2].removesuffix(".scan").split("_")
    values = np.fromfile(path, "float32")[None]
    size = {20: (4, 5), 24: (4, 6)}[values.size]
    grid = Grid(y=np.arange(4.0) + (100 if "moved" in more else 0), x=np.arange(float(size[1])))
    return Frames(
        values=values.reshape(1, *size),
        axes="THW",
        times=START + np.array([int(minute)], "m8[m]"),
        units="dBZ" if "dbz" in more else units,
        name="rain",
        grid=grid,
        nan_is_missing=True,
    )


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """Write scans by name, and know how to read them."""
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry._REGISTERED))
    register_reader(Reader(name="scans", suffixes=(".scan",), open=scan_of))

    def write(**frames):
        for name, frame in frames.items():
            np.asarray(frame, "float32").tofile(tmp_path / f"{name[1:]}.scan")
        return tmp_path

    return write


def names(count):
    return [f"m{5 * k:03d}" for k in range(count)]


def test_scans_are_joined_along_time(scans):
    folder = scans(**dict(zip(names(6), RAIN, strict=True)))
    for spec in (folder, f"{folder}/*.scan"):
        frames = open_frames(spec)
        assert frames.shape == (6, 4, 5) and frames.axes == "THW" and frames.units == "mm/h"
        np.testing.assert_array_equal(frames.values[1:4], RAIN[1:4])
        assert np.diff(frames.times).astype(int).tolist() == [5] * 5
        assert frames.source_of(2).endswith("010.scan (frame 2)")
    data = SequenceDataset.from_frames(frames, 2, 2)
    assert (data.missing, data.units, len(data)) == ("mask", "mm/h", 3)
    np.testing.assert_array_equal(data.window(2)[..., 0], RAIN[2:6])


@pytest.mark.parametrize(
    ("odd", "kind", "text"),
    [
        ({"m010_dbz": RAIN[2]}, "units", "1 of 4 files with units 'dBZ' where most have 'mm/h'"),
        (
            {"m010": RNG.random((4, 6))},
            "frame size",
            r"frame size \(4, 6\) where most have \(4, 5\)",
        ),
        ({"m010_moved": RAIN[2]}, "grid", r"another grid \(y\).*010_moved.scan"),
    ],
)
def test_files_that_do_not_fit(scans, odd, kind, text):
    folder = scans(**{"m000": RAIN[0], "m005": RAIN[1], "m015": RAIN[3]}, **odd)
    said = refused(text, open_frames, folder)
    assert said.startswith("open_frames: ") and "010" in said
    frames, found = open_archive("inspect", folder)
    assert frames.shape == (3, 4, 5) and [finding.kind for finding in found] == [kind]
    assert found[0].refusal is not None and found[0].count == 1


def test_times_name_the_files(scans):
    folder = scans(m000=RAIN[0], m005=RAIN[1], m005_b=RAIN[2], m010=RAIN[3])
    made = SequenceDataset.from_frames
    said = refused("two different frames of 2026-06-01T00:05", open_frames, folder)
    assert "005.scan (frame 1) and" in said and "005_b.scan (frame 2)" in said
    scans(m005_b=RAIN[1])
    assert made(open_frames(folder), 1, 1).card()["repeated_frames"] == 1
    scans(m1=RAIN[4])  # sorts behind 010
    refused("run backwards: .*1.scan .* is of .*00:01, .* sort by time", open_frames, folder)


def test_arrays_without_times_are_sequences(tmp_path):
    for k, length in enumerate((5, 7)):
        np.save(tmp_path / f"{k}.npy", RNG.random((length, 4, 5)))
    frames = open_frames(tmp_path)
    assert [each.shape for each in frames.values] == [(5, 4, 5), (7, 4, 5)]
    data = SequenceDataset.from_frames(frames, 2, 2)
    assert len(data) == 2 + 4
    for k in range(2):
        np.savez(tmp_path / f"{k}.npz", RNG.random((6, 4, 5)))  # of one length, in memory
    assert len(SequenceDataset.from_frames(open_frames(f"{tmp_path}/*.npz"), 2, 2)) == 2 * 3
    for k in range(2):
        np.save(tmp_path / f"{k}.npy", RNG.random((2, 9, 4, 5)))
    assert open_frames(f"{tmp_path}/*.npy").shape == (4, 9, 4, 5)


def test_files_of_one_frame_follow_each_other(tmp_path):
    for k in range(6):
        np.save(tmp_path / f"{k}.npy", RAIN[k])
    frames = open_frames(tmp_path)
    assert frames.axes == "THW" and frames.times is None
    np.testing.assert_array_equal(frames.values[2:5], RAIN[2:5])


def test_one_file_and_its_variables(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["rain"], file["snow"] = RAIN, RAIN + 1
    path = tmp_path / "a.h5"
    np.testing.assert_array_equal(open_frames(f"{path}:snow").values[0:2], RAIN[:2] + 1)
    np.testing.assert_array_equal(open_frames(path, variable="rain").values[0:2], RAIN[:2])
    both = open_frames(path, variable="snow,rain")
    assert (both.channels, both.axes) == (("snow", "rain"), "NTHWC")
    np.testing.assert_array_equal(both.values[0, 1:3][..., 1], RAIN[1:3])
    assert open_frames(path, variable=("rain", "snow")).channels == ("rain", "snow")
    assert both.origin == (str(path), {"variable": "snow,rain", "reader": None, "axes": None})
    refused("hail.*one of rain, snow", open_frames, path, variable="hail")
    refused("with 2 arrays", open_frames, path)


def test_axes_are_named(tmp_path):
    np.save(tmp_path / "a.npy", RNG.random((4, 5, 9)))
    assert open_frames(tmp_path / "a.npy", axes="HWT").axes == "HWT"


def test_damaged_files(tmp_path):
    for k in range(3):
        np.save(tmp_path / f"{k}.npy", RAIN[k])
    whole = (tmp_path / "1.npy").read_bytes()
    (tmp_path / "1.npy").write_bytes(whole[:-9])
    refused("1.npy", open_frames, tmp_path)
    frames, found = open_archive("inspect", tmp_path)
    assert frames.shape == (2, 4, 5) and [finding.kind for finding in found] == ["damaged file"]
    for k in (0, 2):
        (tmp_path / f"{k}.npy").write_bytes(b"")
    refused("0.npy.*empty file", open_archive, "inspect", tmp_path)


def test_notes_are_warned_of(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "_REGISTERED", {})
    noted = Frames(values=RAIN, axes="THW", notes=("2 of 6 chunks are not stored",))
    register_reader(Reader(name="noted", suffixes=(".noted",), open=lambda path: noted))
    (tmp_path / "a.noted").write_text("a")
    with pytest.warns(UserWarning, match="a.noted: 2 of 6 chunks are not stored") as said:
        open_frames(tmp_path / "a.noted")
    assert [warning.filename for warning in said] == [__file__]


def test_refusals(tmp_path):
    refused("a folder without", open_frames, tmp_path)
    refused("that nothing matches", open_frames, f"{tmp_path}/*.npy")
    refused("no reader knows.*Name its reader, one of .*npy", open_frames, tmp_path / "a.txt")
    refused("npz", open_frames, tmp_path / "missing.npz")
    np.save(tmp_path / "a.npy", RAIN)
    refused("time_pattern='x'.*reader 'npy'.*no options", open_frames, tmp_path, time_pattern="x")
    refused("variable='rain' for .*a.npy", open_frames, tmp_path / "a.npy", variable="rain")
    refused("name='grib3'", open_frames, tmp_path / "a.npy", reader="grib3")
    np.save(tmp_path / "a.npy", RAIN[:0])
    refused("without elements", open_frames, tmp_path / "a.npy")


def test_times_of_many_sequences_stay(scans):
    """Files of several sequences each: the gap in each is one in all of them."""
    times = START + np.r_[0:30:5, 60:90:5].astype("m8[m]")

    def events(path):
        return Frames(values=RNG.random((int(path[-8]), 12, 4, 5)), axes="NTHW", times=times)

    register_reader(Reader(name="events", suffixes=(".events",), open=events))
    folder = scans()
    for count in (2, 3):
        (folder / f"{count}.events").write_text("a")
    frames = open_frames(folder)
    assert frames.shape == (5, 12, 4, 5) and frames.times.shape == (5, 12)
    data = SequenceDataset.from_frames(frames, 3, 3)
    assert (len(data), data.windows_across_gaps) == (5 * 2, 5 * 5)
    register_reader(
        Reader(
            name="events",
            suffixes=(".events",),
            open=lambda path: Frames(
                values=RNG.random((1, 10 + int(path[-8]), 4, 5)),
                axes="NTHW",
                times=times[:1] + 5 * np.arange(10 + int(path[-8])).astype("m8[m]"),
            ),
        )
    )
    data = SequenceDataset.from_frames(open_frames(folder), 3, 3)
    assert len(data) == 7 + 8 and data.times(14)[0] == times[0] + np.timedelta64(35, "m")


def test_no_file_of_many_stays_open(tmp_path):
    resource = pytest.importorskip("resource", reason="there are no such limits")
    for k in range(60):
        np.save(tmp_path / f"{k:02d}.npy", np.full((3, 4), k, "float32"))
        with h5py.File(tmp_path / f"{k:02d}.h5", "w") as file:
            file["rain"] = np.full((3, 4), k, "float32")
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    there = len(list(pathlib.Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(there + 30, limits[0]), limits[1]))
    try:
        for pattern in ("*.npy", "*.h5"):
            frames = open_frames(f"{tmp_path}/{pattern}")
            assert frames.shape == (60, 3, 4)
            np.testing.assert_array_equal(frames.values[2:60:19, 0, 0], [2, 21, 40, 59])
            assert frames.values[-1].mean() == 59
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


def test_one_damaged_file_is_told_once(tmp_path):
    for k in range(3):
        np.savez(tmp_path / f"{k}.npz", rain=RAIN, cloud=RAIN)
    (tmp_path / "1.npz").write_bytes(b"PK damaged")
    _, found = open_archive("inspect", tmp_path, "rain,cloud")
    assert [each.kind for each in found] == ["damaged file"]


def test_a_file_that_holds_no_frames_is_named(tmp_path):
    for k in range(3):
        np.save(tmp_path / f"{k}.npy", RAIN[k])
    np.save(tmp_path / "times.npy", START + np.arange(3).astype("m8[m]"))
    refused(r"received '.*times\.npy' with frames of shape \(3,\), rank 1", open_frames, tmp_path)
    frames, found = open_archive("inspect", tmp_path)
    assert frames.shape == (3, 4, 5) and [each.kind for each in found] == ["axes"]
    assert "times.npy" in found[0].text
    np.save(tmp_path / "other.npy", np.arange(3))
    refused("other.npy' with", open_frames, f"{tmp_path}/[to]*.npy")
