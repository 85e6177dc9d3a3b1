import numpy as np
import pytest

from st_keras.datasets import load_array_file
from tests.datasets.test_array_file import FRAMES
from tests.refusals import refused


def test_npy_is_mapped_and_read_only(tmp_path):
    np.save(tmp_path / "a.npy", FRAMES)
    array = load_array_file(tmp_path / "a.npy")
    assert isinstance(array, np.memmap) and array.dtype == np.uint8
    np.testing.assert_array_equal(array, FRAMES)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


def test_more_and_fewer_bytes_than_the_header_says(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, FRAMES)
    content = path.read_bytes()
    path.write_bytes(content + b"\0")
    match = rf"a\.npy' of {len(content) + 1} bytes, where its header says {len(content)}"
    refused(match, load_array_file, path)
    path.write_bytes(content + content)
    refused("one array, and nothing after it", load_array_file, path)
    path.write_bytes(content[:-1])
    refused(r"a\.npy', which does not open .*greater than file size", load_array_file, path)


def test_fortrans_order(tmp_path):
    np.save(tmp_path / "a.npy", np.asfortranarray(FRAMES))
    np.testing.assert_array_equal(load_array_file(tmp_path / "a.npy"), FRAMES)
