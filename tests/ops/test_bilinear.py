"""Values between pixels, against plain NumPy."""

import numpy as np
import pytest
from keras import ops

from st_keras.ops.bilinear import bilinear_values, nearest_values

RNG = np.random.default_rng(0)
MAPS = RNG.normal(size=(2, 5, 7, 3)).astype("float32")
ROWS = RNG.uniform(-3, 8, (2, 4, 6)).astype("float32")
COLUMNS = RNG.uniform(-3, 10, (2, 4, 6)).astype("float32")


def places(values):
    return [(b, *place) for b in range(2) for place in np.ndindex(values.shape[1:])]


def test_nearest_values():
    found = ops.convert_to_numpy(nearest_values(MAPS, ROWS, COLUMNS))
    assert found.shape == (2, 4, 6, 3)
    for place in places(ROWS):
        row = np.abs(np.arange(5) - ROWS[place]).argmin()
        column = np.abs(np.arange(7) - COLUMNS[place]).argmin()
        np.testing.assert_array_equal(found[place], MAPS[place[0], row, column])


def test_bilinear_values():
    found = ops.convert_to_numpy(bilinear_values(MAPS, ROWS, COLUMNS))
    for place in places(ROWS):
        row, column = np.clip(ROWS[place], 0, 4), np.clip(COLUMNS[place], 0, 6)
        down = np.maximum(1 - np.abs(np.arange(5) - row), 0)
        right = np.maximum(1 - np.abs(np.arange(7) - column), 0)
        expected = np.einsum("h,w,hwc->c", down, right, MAPS[place[0]])
        np.testing.assert_allclose(found[place], expected, atol=1e-5)


@pytest.mark.parametrize("values", [nearest_values, bilinear_values])
def test_pixels_have_their_own_values_and_the_border_holds_outside(values):
    rows, columns = np.meshgrid(np.arange(5.0), np.arange(7.0), indexing="ij")
    rows, columns = (np.stack([each, each]).astype("float32") for each in (rows, columns))
    np.testing.assert_array_equal(ops.convert_to_numpy(values(MAPS, rows, columns)), MAPS)
    far = ops.convert_to_numpy(values(MAPS, rows + 1e4, columns - 1e4))
    np.testing.assert_array_equal(far, np.broadcast_to(MAPS[:, -1:, :1], far.shape))
