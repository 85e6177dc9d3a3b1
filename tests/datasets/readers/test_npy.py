import numpy as np
import pytest

from st_keras.datasets import load_array_file
from tests.datasets.test_array_file import FRAMES


def test_npy_is_mapped_and_read_only(tmp_path):
    np.save(tmp_path / "a.npy", FRAMES)
    array = load_array_file(tmp_path / "a.npy")
    assert isinstance(array, np.memmap) and array.dtype == np.uint8
    np.testing.assert_array_equal(array, FRAMES)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0
