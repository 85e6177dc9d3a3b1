import fcntl
import os

import h5py
import numpy as np
import pytest

from st_keras.datasets import load_array_file, open_frames
from st_keras.datasets.readers.hdf5_attributes import attribute
from st_keras.datasets.readers.hdf5_file import detect_hdf5, is_hdf5, opened_hdf5
from st_keras.datasets.readers.hdf5_values import HDF5Values
from tests.datasets.test_array_file import FRAMES, write_hdf5
from tests.refusals import refused

HELD = "which another program holds open for writing .*complete and closed.*h5clear"


def test_a_file_is_open_no_longer_than_it_is_read(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", **{"y/rain": FRAMES})
    with opened_hdf5("t", path) as file:
        values = HDF5Values("t", path, file["y/rain"])
    assert not file
    assert (values.shape, values.dtype, len(values)) == (FRAMES.shape, np.uint8, 5)
    before = len(os.listdir("/proc/self/fd"))
    many = [HDF5Values("t", path, h5py.File(path)["y/rain"]) for _ in range(3)]
    np.testing.assert_array_equal(many[0][1:3, 2], FRAMES[1:3, 2])
    assert len(os.listdir("/proc/self/fd")) <= before
    path.write_bytes(path.read_bytes()[:-100])
    refused(r"^t: .*a\.h5', which does not open .*truncated", values.__getitem__, 0)


def test_a_writers_lock(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", rain=FRAMES)
    with open(path, "r+b") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX | fcntl.LOCK_NB)
        refused(f"a.h5', {HELD}", load_array_file, path)
    assert load_array_file(path).shape == FRAMES.shape


def test_a_writer_that_crashed(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w", libver="latest") as file:
        file["rain"] = FRAMES
        file.flush()
        content = (tmp_path / "a.h5").read_bytes()  # it says of itself that it is being written
    (tmp_path / "b.h5").write_bytes(content)
    refused(f"b.h5', {HELD}", load_array_file, tmp_path / "b.h5")


def test_what_is_hdf5(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", **{"y/rain": FRAMES})
    assert is_hdf5(path) and detect_hdf5(path, lambda file: "y/rain" in file)
    assert not detect_hdf5(path, lambda file: "snow" in file)
    (tmp_path / "b.h5").write_bytes(path.read_bytes()[:60])
    assert is_hdf5(tmp_path / "b.h5") and not detect_hdf5(tmp_path / "b.h5", bool)
    with open(path, "r+b") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert not detect_hdf5(path, bool)
    assert not is_hdf5(tmp_path) and not is_hdf5(tmp_path / "no.h5")


@pytest.mark.parametrize(
    ("group", "others"),
    [
        ("vil", {"id": np.zeros(5)}),
        ("id", {"vil": np.zeros((5, 4, 4, 4))}),
        ("data", {"date": np.zeros(5, "S10")}),
        ("date", {"data": np.zeros((5, 2, 4, 4))}),
        ("array", {}),
        ("image1/image_data", {"overview": np.zeros(5)}),
    ],
)
def test_a_group_where_published_files_have_an_array(tmp_path, group, others):
    path = write_hdf5(tmp_path / "a.h5", **{f"{group}/frames": FRAMES}, **others)
    assert open_frames(path, variable=f"{group}/frames").shape == FRAMES.shape


@pytest.mark.parametrize("reader", ["sevir", "taxibj", "traffic4cast"])
def test_a_reader_that_is_named_refuses_groups(tmp_path, reader):
    groups = {f"{name}/frames": FRAMES for name in ("vil", "id", "data", "date", "array")}
    path = write_hdf5(tmp_path / "a.h5", **groups)
    refused("a.h5'", open_frames, path, reader=reader)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (np.bytes_("mm"), "mm"),
        ("mm", "mm"),
        (np.array([np.bytes_("mm")]), "mm"),
        (np.array([0.5], "float32"), 0.5),
        (np.uint8(255), 255),
        (np.bytes_(b"\xff"), "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_attributes_as_plain_python(tmp_path, written, expected):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.attrs["a"] = written
        found = attribute(file, "a")
        assert found == expected and type(found) is type(expected)
        assert attribute(file, "b") is None and attribute(None, "a", 7) == 7
        file.attrs["several"] = np.arange(3)
        assert attribute(file, "several").tolist() == [0, 1, 2]
