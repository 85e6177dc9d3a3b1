import h5py
import numpy as np

from st_keras.datasets import open_frames
from st_keras.datasets.readers.reader import reader_of
from tests.datasets.published.files import random_bytes


def write(path, values, key="array"):
    with h5py.File(path, "w") as file:
        file[key] = values
    return path


def test_a_day(tmp_path):
    values = random_bytes(288, 4, 5, 9)
    frames = open_frames(write(tmp_path / "2019-01-02_berlin_9ch.h5", values))
    assert frames.channels[-1] == "incidents" and frames.value_range == (0.0, 255.0)
    assert frames.times[[0, -1]].astype(str).tolist() == ["2019-01-02T00:00", "2019-01-02T23:55"]
    np.testing.assert_array_equal(frames.values[285:], values[285:])


def test_other_files_keep_their_reader(tmp_path):
    days = {
        "20180199_100m_bins": random_bytes(288, 4, 5, 3),
        "a": random_bytes(287, 4, 5, 3),
        "b": random_bytes(288, 4, 5, 4),
        "c": random_bytes(5, 12, 4, 5, 9),
        "d": random_bytes(288, 4, 5, 3).astype("float64"),
    }
    readers = [reader_of(write(tmp_path / f"{k}.h5", v)).name for k, v in days.items()]
    assert readers == ["traffic4cast", "hdf5", "hdf5", "hdf5", "hdf5"]
    assert open_frames(tmp_path / "20180199_100m_bins.h5").times is None  # no such day
    path = write(tmp_path / "e.h5", days["20180199_100m_bins"], "rain")
    assert reader_of(path).name == "hdf5"
