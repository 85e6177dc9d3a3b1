import gc

import h5py
import numpy as np
import pytest

from st_keras.datasets import Frames, load_array_file
from st_keras.datasets.readers.hdf5 import READER
from tests.datasets.test_array_file import FRAMES, refuses, write_hdf5


@pytest.mark.parametrize("name", ["a.h5", "a.hdf5", "A.H5"])
def test_hdf5_stays_in_its_file(tmp_path, name):
    path = write_hdf5(tmp_path / name, **{"y2019/rain": FRAMES})
    for spec in (path, f"{path}:y2019/rain", f"{path}:/y2019/rain"):
        dataset = load_array_file(spec)
        gc.collect()
        assert isinstance(dataset, h5py.Dataset) and dataset.file.mode == "r"
        np.testing.assert_array_equal(dataset[:], FRAMES)
    del dataset
    write_hdf5(tmp_path / "two.h5", rain=FRAMES, **{"time/scan": np.arange(5)})
    assert load_array_file(f"{tmp_path}/two.h5:time/scan")[...].tolist() == [0, 1, 2, 3, 4]
    refuses(tmp_path / "two.h5", r"2 arrays \(rain, time/scan\).*exactly one.*two\.h5:rain")
    refuses(f"{tmp_path}/two.h5:time", "'time'.*one of rain, time/scan")
    refuses(write_hdf5(tmp_path / "no.h5"), "0 arrays")
    refuses(write_hdf5(tmp_path / "e.h5", a=np.zeros((0, 4))), r"shape \(0, 4\), without elements")
    refuses(write_hdf5(tmp_path / "f.h5", a=h5py.Empty("f4")), "0 arrays")
    np.save(tmp_path / "b.npy", FRAMES)
    (tmp_path / "b.npy").rename(tmp_path / "b.h5")
    refuses(tmp_path / "b.h5", "does not open.*a whole file as its ending says")


def test_attributes_say_how_it_is_decoded(tmp_path):
    codes = np.array([[[0, 10], [255, 254]]], "uint8")
    path = write_hdf5(tmp_path / "a.h5", **{"y/rain": codes})
    with h5py.File(path, "a") as file:
        file["y/rain"].attrs.update(
            {
                "_FillValue": np.array([255], "uint8"),
                "missing_value": np.uint8(254),
                "scale_factor": np.float32(0.5),
                "add_offset": -1.0,
                "units": np.bytes_("mm/h"),
                "standard_name": "rainfall_rate",
            }
        )
    frames = READER.open(str(path))
    assert isinstance(frames, Frames) and frames.axes is None and frames.nan_is_missing
    assert (frames.units, frames.name) == ("mm/h", "rain")
    assert frames.attributes == {"standard_name": "rainfall_rate"}
    np.testing.assert_array_equal(frames.values[:], [[[-1, 4], [np.nan, np.nan]]])
    with h5py.File(path, "a"):  # nobody holds it
        pass
    assert load_array_file(path)[0, 0, 1] == 4


def test_units_alone_change_no_value(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", rain=FRAMES)
    with h5py.File(path, "a") as file:
        file["rain"].attrs["units"] = "mm"
    frames = READER.open(str(path), variable="rain")
    assert frames.units == "mm" and not frames.nan_is_missing
    assert frames.values.dtype == np.uint8
    np.testing.assert_array_equal(frames.values[:], FRAMES)


def test_doubles_stay_doubles(tmp_path):
    path = write_hdf5(tmp_path / "a.h5", rain=np.array([[1 / 3, -9999.0]]))
    with h5py.File(path, "a") as file:
        file["rain"].attrs["_FillValue"] = -9999.0
    np.testing.assert_array_equal(READER.open(str(path)).values[:], [[1 / 3, np.nan]])


@pytest.mark.parametrize("shape", [(4,), (2, 2)])
def test_times_stay_datasets(tmp_path, shape):
    path = write_hdf5(tmp_path / "a.h5", scan=np.arange(4).reshape(shape))
    with h5py.File(path, "a") as file:
        file["scan"].attrs["units"] = "seconds since 2026-01-01"
    assert load_array_file(path).attrs["units"] == "seconds since 2026-01-01"
