import itertools

import numpy as np
import zarr

from st_keras.datasets.readers.absent_chunks import AbsentChunks, find_absent


def test_what_is_stored_is_found_by_its_key():
    for zarr_format, keys in ((2, {"0.0", "2.1", ".zarray"}), (3, {"c/0/0", "c/2/1", "zarr.json"})):
        array = zarr.create_array(
            {}, shape=(5, 3), chunks=(2, 2), dtype="i2", zarr_format=zarr_format
        )
        absent = find_absent(array, keys)
        assert absent.grid.tolist() == [[False, True], [True, True], [True, False]]
        assert absent.count == 4 and absent.sizes == (2, 2) and absent.shape == (5, 3)


def test_blank_is_a_mask_of_pixels():
    rng = np.random.default_rng(0)
    grid = rng.random((3, 2)) < 0.5
    absent = AbsentChunks(grid, (2, 2), (5, 3))
    values = rng.random((5, 3))
    mask = np.kron(grid, np.ones((2, 2), bool))[:5, :3]
    whole = np.where(mask, np.nan, values)
    places = [0, 3, slice(None), slice(1, 4), slice(4, 0, -2), slice(0, 0)]
    for index in itertools.product(places, [0, 2, slice(None), slice(2, 3)]):
        np.testing.assert_array_equal(absent.blank(values[index], index), whole[index])
