import gc

import h5py
import numpy as np
import pytest

from st_keras.datasets import load_array_file
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
