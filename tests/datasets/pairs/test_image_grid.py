import json

import numpy as np
import pytest

from st_keras.datasets.pairs.image_grid import ImageGrid
from tests.refusals import refused

SIZES, NAMES = (2, 3, 4), ("a", "b", "c")
STACK = np.random.default_rng(0).integers(0, 256, (24, 5, 6, 3), "uint8")
FACTORS = np.array([[1, 2, 3], [0, 0, 0], [1, 2, 3], [0, 1, 2]])
ROWS = [23, 0, 23, 6]


class FileRows:
    """Rows as h5py gives them: ascending, each once."""

    def __init__(self, images):
        self.images, self.shape, self.dtype = images, images.shape, images.dtype

    def __getitem__(self, rows):
        assert np.all(np.diff(rows) > 0)
        return self.images[rows]


def refuses(match, **changes):
    arguments = {"images": STACK, "factor_sizes": SIZES, "factor_names": NAMES, **changes}
    assert refused(match, ImageGrid, **arguments).startswith("ImageGrid: ")


def test_images_in_row_major_order():
    grid = ImageGrid(STACK, SIZES, NAMES, ("a",), ("b",), name="mine")
    np.testing.assert_array_equal(grid.images(FACTORS), STACK[ROWS])
    every = np.stack(np.meshgrid(*map(np.arange, SIZES), indexing="ij"), -1).reshape(-1, 3)
    np.testing.assert_array_equal(grid.images(every), STACK)
    assert grid.image_shape == (5, 6, 3) and len(grid) == 24 and grid.name == "mine"
    assert grid.categorical == ("a",) and grid.scored_factors == ("a", "c")
    assert json.dumps(grid.card()) and grid.card()["name"] == "mine"


def test_files_and_memory_maps(tmp_path):
    np.save(tmp_path / "images.npy", STACK)
    for images in (FileRows(STACK), np.load(tmp_path / "images.npy", mmap_mode="r")):
        drawn = ImageGrid(images, SIZES, NAMES).images(FACTORS)
        np.testing.assert_array_equal(drawn, STACK[ROWS])
        assert type(drawn) is np.ndarray and drawn.flags.writeable


def test_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "images.h5", "w") as file:
        file["images"] = STACK
        drawn = ImageGrid(file["images"], SIZES, NAMES).images(FACTORS)
    np.testing.assert_array_equal(drawn, STACK[ROWS])


@pytest.mark.parametrize("dtype", ["uint8", "bool"])
@pytest.mark.parametrize("wrap", [np.asarray, FileRows])
def test_binary_images_become_white(dtype, wrap):
    binary = (STACK[..., 0] > 127).astype(dtype)
    grid = ImageGrid(wrap(binary), SIZES, NAMES, max_value=1)
    images = grid.images(FACTORS)
    assert grid.image_shape == (5, 6, 1) and images.dtype == np.uint8
    np.testing.assert_array_equal(images[..., 0], 255 * binary[ROWS].astype("uint8"))
    if dtype == "bool":
        np.testing.assert_array_equal(ImageGrid(binary, SIZES, NAMES).images(FACTORS), images)


def test_no_images():
    assert ImageGrid(STACK, SIZES, NAMES).images(np.zeros((0, 3), int)).shape == (0, 5, 6, 3)


def test_the_images_are_not_changed():
    grid = ImageGrid(STACK, SIZES, NAMES)
    copy = STACK.copy()
    grid.images(FACTORS)[:] = 0
    np.testing.assert_array_equal(STACK, copy)


def test_names_may_be_a_string():
    grid = ImageGrid(STACK, [24], "only", categorical="only")
    assert grid.factor_names == ("only",) and grid.categorical == ("only",)


def test_refusals():
    refuses(r"24 images for factor_sizes=\(2, 3, 5\).*30", factor_sizes=(2, 3, 5))
    refuses(r"factor_sizes\[i\]=0", factor_sizes=(2, 0, 4))
    refuses("one different name per factor", factor_names=("a", "b"))
    refuses("one different name per factor", factor_names=("a", "b", "a"))
    refuses("one different name per factor", factor_names=("a", "b", 3))
    refuses("categorical=.'d',.*names out of a, b, c.*rename 'd'", categorical=("d",))
    refuses("unscored=.'d',.*names out of a, b, c", unscored="d")
    refuses("max_value=2.*one of 1, 255", max_value=2)
    refuses("dtype float64.*uint8 or bool", images=STACK / 255)
    refuses(r"shape \(24, 90\).*numpy.reshape", images=STACK.reshape(24, -1))
    refuses("type list, shape None", images=STACK.tolist())
    refuses(r"shape \(24, 0, 6, 3\)", images=STACK[:, :0])


def test_the_wrong_white():
    refuses("max_value=255 and .* largest value is 1.*Pass max_value=1", images=STACK % 2)
    refuses("max_value=1 and .* largest value is 2[0-9][0-9].*Pass max_value=255", max_value=1)
    # Past the images that are looked at in the beginning.
    late = np.zeros((1000, 2, 2), "uint8")
    late[5] = 7
    grid = ImageGrid(late, (1000,), ("a",), max_value=1)
    refused("largest value is 7", grid.images, np.array([[5]]))


def test_factors_off_the_grid():
    with pytest.raises(ValueError, match=r"ImageGrid.images: received b=3 in row 1"):
        ImageGrid(STACK, SIZES, NAMES).images(np.array([[0, 0, 0], [0, 3, 0]]))
