"""What an HDF5 file brings from other files."""

import os

import h5py
import numpy as np
import pytest

from st_keras.datasets import load_array_file
from st_keras.datasets.readers.hdf5_links import check_links
from tests.datasets.test_array_file import FRAMES, write_hdf5
from tests.refusals import refused

OUTSIDE = "outside of its folder.*in the file itself, or in files beside it"


@pytest.fixture
def folders(tmp_path):
    """A folder for the archive, with a file of data; the same file outside of it."""
    (tmp_path / "in").mkdir()
    for folder in (tmp_path, tmp_path / "in"):
        write_hdf5(folder / "data.h5", **{"y/rain": FRAMES})
    return tmp_path / "in"


def external(path, target, key="y/rain"):
    with h5py.File(path, "w") as file:
        file["link"] = h5py.ExternalLink(target, key)
    return path


def virtual(path, target, key="y/rain"):
    layout = h5py.VirtualLayout(FRAMES.shape, FRAMES.dtype)
    layout[:] = h5py.VirtualSource(target, key, FRAMES.shape)
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("rain", layout)
    return path


def stored_outside(path, target):
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "rain", FRAMES.shape, FRAMES.dtype, external=[(target, 0, h5py.h5f.UNLIMITED)]
        )
    return path


def test_files_beside_it_are_read(folders):
    np.testing.assert_array_equal(
        load_array_file(f"{external(folders / 'a.h5', 'data.h5')}:link")[:], FRAMES
    )
    path = external(folders / "b.h5", "data.h5", "y")
    np.testing.assert_array_equal(load_array_file(f"{path}:link/rain")[:], FRAMES)
    path = virtual(folders / "c.h5", "data.h5")
    np.testing.assert_array_equal(load_array_file(path)[:], FRAMES)


def test_values_stored_beside_it_are_read(folders, monkeypatch):
    """HDF5 looks for relative names in the working directory."""
    (folders / "raw.bin").write_bytes(FRAMES.tobytes())
    path = stored_outside(folders / "a.h5", str(folders / "raw.bin"))
    np.testing.assert_array_equal(load_array_file(path)[:], FRAMES)
    path = stored_outside(folders / "b.h5", "raw.bin")
    monkeypatch.chdir(folders.parent)
    refused(OUTSIDE, load_array_file, path)
    monkeypatch.chdir(folders)
    np.testing.assert_array_equal(load_array_file(path)[:], FRAMES)


def test_links_within_the_file(folders):
    path = folders / "data.h5"
    with h5py.File(path, "a") as file:
        file["soft"] = h5py.SoftLink("/y/rain")
        file["y/beside"] = h5py.SoftLink("rain")
        file["round"] = h5py.SoftLink("/round")
    for key in ("soft", "y/beside"):
        np.testing.assert_array_equal(load_array_file(f"{path}:{key}")[:], FRAMES)
    refused("leads through more than 16 files", load_array_file, f"{path}:round")
    refused("'y/snow'.*one of y/rain", load_array_file, f"{path}:y/snow")
    refused("array name ''", load_array_file, f"{path}:")


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("make", [external, virtual, stored_outside])
def test_files_of_other_folders_are_refused(folders, make, absolute):
    target = str(folders.parent / "data.h5") if absolute else os.path.join("..", "data.h5")
    path = make(folders / "a.h5", target)
    key = ":link" if make is external else ""
    refused(f"a.h5', whose .*'{target}', {OUTSIDE}", load_array_file, f"{path}{key}")


def test_a_symbolic_link_leads_outside_too(folders):
    (folders / "other.h5").symlink_to(folders.parent / "data.h5")
    refused(OUTSIDE, load_array_file, virtual(folders / "a.h5", "other.h5"))


def test_what_lies_behind_a_file_beside_it_is_looked_at(folders):
    virtual(folders / "data.h5", os.path.join("..", "data.h5"))
    for make, key in ((virtual, ""), (external, ":link")):
        path = make(folders / f"{make.__name__}.h5", "data.h5", "rain")
        refused(rf"data\.h5', whose '/rain' .*{OUTSIDE}", load_array_file, f"{path}{key}")


def test_files_that_are_gone_are_refused(folders):
    """HDF5 itself fills in zeros."""
    path = virtual(folders / "a.h5", "data.h5")
    (folders / "data.h5").unlink()
    refused(r"values of 'data\.h5', which is no file.*all files", load_array_file, path)


def test_files_that_lead_to_each_other(folders):
    external(folders / "b.h5", "a.h5", "link")
    path = external(folders / "a.h5", "b.h5", "link")
    refused("leads through more than 16 files", load_array_file, f"{path}:link")


def test_a_virtual_dataset_of_its_own_file(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", rain=FRAMES)
    layout = h5py.VirtualLayout(FRAMES.shape, FRAMES.dtype)
    layout[:] = h5py.VirtualSource(".", "rain", FRAMES.shape)
    with h5py.File(path, "a") as file:
        file.create_virtual_dataset("again", layout)
    np.testing.assert_array_equal(load_array_file(f"{path}:again")[:], FRAMES)


def test_what_is_not_there_passes(tmp_path):
    with h5py.File(write_hdf5(tmp_path / "a.h5", rain=FRAMES)) as file:
        assert check_links("t", file, "no/such") is None
