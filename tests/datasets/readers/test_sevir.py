import h5py
import numpy as np
import pytest

from st_keras.datasets import load_array_file, open_frames
from tests.datasets.published.files import random_bytes
from tests.refusals import refused


def write(path, ids=(b"S1", b"R2"), **data):
    with h5py.File(path, "w") as file:
        file["id"] = np.array(ids, "S8")
        for name, values in data.items():
            file[name] = values


def test_events(tmp_path):
    events = random_bytes(2, 6, 8, 49)
    write(tmp_path / "a.h5", vil=events)
    frames = open_frames(tmp_path / "a.h5")
    assert frames.axes == "NHWT" and frames.name == "vil" and frames.shape == (2, 6, 8, 49)
    np.testing.assert_array_equal(frames.values[1, :, :, 3:5], events[1, :, :, 3:5])
    assert load_array_file(f"{tmp_path}/a.h5:id")[:].tolist() == [b"S1", b"R2"]


def test_another_type(tmp_path):
    write(tmp_path / "a.h5", ir069=np.ones((2, 4, 4, 49), "int16"), vil=random_bytes(2, 4, 4, 49))
    assert open_frames(tmp_path / "a.h5", "ir069").values.dtype == "int16"
    refused("2 arrays .vil, ir069", open_frames, tmp_path / "a.h5")


@pytest.mark.parametrize("ids", [(b"S1",), (b"S1", b"S2", b"S3")])
def test_names_that_do_not_fit(tmp_path, ids):
    write(tmp_path / "a.h5", ids, vil=random_bytes(2, 4, 4, 49))
    refused(f"and {len(ids)} names", open_frames, tmp_path / "a.h5")
