"""Files of every kind at URLs, in a bucket that fsspec keeps in memory."""

import io

import h5py
import numpy as np
import pytest
from PIL import Image

from st_keras.datasets import SequenceDataset, open_frames
from tests.refusals import refused

fsspec = pytest.importorskip("fsspec")
RAIN = np.random.default_rng(0).integers(0, 200, (9, 8, 10), "uint8")


def written(write):
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def hdf5(file):
    with h5py.File(file, "w") as whole:
        whole["rain"] = RAIN
        whole["rain"].attrs["units"] = "mm/h"


@pytest.fixture
def bucket():
    """Put a file into a bucket, which is emptied afterwards."""
    system = fsspec.filesystem("memory")
    yield lambda name, content: system.pipe(f"/radar/{name}", content)
    system.rm("/radar", recursive=True)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.npy", lambda file: np.save(file, RAIN)),
        ("a.npz", lambda file: np.savez(file, rain=RAIN)),
        ("a.h5", hdf5),
    ],
)
def test_arrays(bucket, name, write):
    bucket(name, written(write))
    frames = open_frames(f"memory://radar/{name}")
    np.testing.assert_array_equal(frames.values[2:5], RAIN[2:5])
    assert len(SequenceDataset.from_frames(frames, 2, 2)) == 6
    joined = open_frames("memory://radar/*." + name.partition(".")[2])
    assert joined.shape == RAIN.shape


def test_a_folder_of_images(bucket):
    for k, frame in enumerate(RAIN):
        png = written(lambda file, frame=frame: Image.fromarray(frame).save(file, "png"))
        bucket(f"scans/2026060100{k:02d}.png", png)
    frames = open_frames("memory://radar/scans")
    np.testing.assert_array_equal(frames.values[3:9], RAIN[3:9])
    assert np.diff(frames.times).astype("m8[m]").astype(int).tolist() == [1] * 8


def test_links_out_of_a_file_in_a_bucket_are_refused(bucket, tmp_path):
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["rain"] = RAIN
    link = h5py.ExternalLink(str(tmp_path / "other.h5"), "rain")

    def write(file):
        with h5py.File(file, "w") as whole:
            whole["rain"] = link

    bucket("a.h5", written(write))
    refused("outside of its folder", open_frames, "memory://radar/a.h5", variable="rain")


def test_what_is_not_there_and_what_is_no_file(bucket):
    bucket("empty.npy", b"")
    bucket("cut.npy", written(lambda file: np.save(file, RAIN))[:-9])
    refused("where nothing is", open_frames, "memory://radar/no.npy")
    refused("an empty file", open_frames, "memory://radar/empty.npy")
    refused("cut.npy", open_frames, "memory://radar/cut.npy")
    refused("a video at a URL.*Download it", open_frames, "memory://radar/a.mp4")
