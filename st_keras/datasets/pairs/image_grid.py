"""A stack of images as a grid of factors: dSprites, Shapes3D, MPI3D, Cars3D or your own."""

import numpy as np

from st_keras.datasets.pairs.factor_grid import FactorGrid
from st_keras.validation import check_int, check_one_of, error


class ImageGrid(FactorGrid):
    """One stored image per grid point, in row-major order: the last factor changes fastest.

    Images stay where they are (memory, a memory map, an HDF5 file) until they are asked for.

    Args:
        images: array (N, H, W) or (N, H, W, C), uint8 or bool: a NumPy array, memory map, or
            anything with `shape`, `dtype` and indexing by sorted rows, such as an h5py dataset.
            N is the product of factor_sizes.
        factor_sizes: ints, values per factor.
        factor_names: strings, one per factor.
        categorical: names of the factors whose values have no order. Default none.
        unscored: names of the factors that scores leave out. Default none.
        name: str, for tables and run records. Default "images".
        max_value: what white is in `images`: 255, the default, or 1 for images of 0 and 1, as in
            the file of dSprites. Bool images need no value.

    Raises:
        ValueError: if sizes, names and images do not fit each other, or the values are not
            what `max_value` says.

    Example:
    >>> stack = np.arange(6, dtype="uint8")[:, None, None] * np.ones((1, 4, 4), "uint8")
    >>> grid = ImageGrid(stack, (2, 3), ("shape", "grey"), categorical=("shape",))
    >>> images = grid.images(np.array([[1, 0], [0, 2]]))
    >>> images.shape, images[:, 0, 0, 0].tolist()
    ((2, 4, 4, 1), [3, 2])
    """

    def __init__(
        self,
        images,
        factor_sizes,
        factor_names,
        categorical=(),
        unscored=(),
        name="images",
        max_value=255,
    ):
        where = "ImageGrid"
        self.name = name
        self.factor_sizes = tuple(check_int(where, "factor_sizes[i]", n, 1) for n in factor_sizes)
        self.factor_names = _check_names(factor_names, self.factor_sizes)
        self.categorical = _check_subset("categorical", categorical, self.factor_names)
        self.unscored = _check_subset("unscored", unscored, self.factor_names)
        self.max_value = check_one_of(where, "max_value", max_value, (1, 255))
        _check_stack(images, self.factor_sizes)
        if images.dtype == bool:
            self.max_value = 1
        self._images = images
        self.image_shape = (*images.shape[1:], 1)[:3]
        self._check_white()

    def images(self, factors):
        """Return the images at grid points.

        Args:
            factors: int (N, factors), each column in [0, its factor's size).

        Returns:
            uint8 (N, H, W, C), 0 to 255.

        Raises:
            ValueError: if factors are off the grid, or `max_value=1` and an image has values
                above 1.
        """
        factors = self.check_factors("ImageGrid.images", factors)
        rows = np.ravel_multi_index(tuple(factors.T), self.factor_sizes)
        images = self._read(rows)
        if self.max_value == 1:
            images = images.view("uint8") if images.dtype == bool else images
            if images.max(initial=0) > 1:
                raise _wrong_white(1, images.max(), 255)
            images = images * np.uint8(255)
        return images.reshape(-1, *self.image_shape)

    def card(self):
        """Return what identifies the grid, as a JSON-ready dict for run records."""
        return {"generator": "ImageGrid", "name": self.name, "max_value": self.max_value}

    def _read(self, rows):
        if isinstance(self._images, np.ndarray):
            return np.asarray(self._images[rows])
        # Files read rows in ascending order, each once.
        rows, inverse = np.unique(rows, return_inverse=True)
        return np.asarray(self._images[rows])[inverse.reshape(-1)]

    def _check_white(self):
        # A few images tell 0/1 from 0..255; the stack may be far larger than memory.
        rows = np.unique(np.linspace(0, len(self) - 1, 16).astype("int64"))
        largest = int(self._read(rows).max(initial=0))
        if self.max_value == 1 and largest > 1:
            raise _wrong_white(1, largest, 255)
        if self.max_value == 255 and largest == 1:
            raise _wrong_white(255, 1, 1)


def _wrong_white(max_value, received, right_value):
    return error(
        "ImageGrid",
        f"max_value={max_value} and images whose largest value is {received}",
        "max_value=1 for images of 0 and 1, max_value=255 for greys and colours",
        f"Pass max_value={right_value}.",
    )


def _check_names(names, sizes):
    names = (names,) if isinstance(names, str) else tuple(names)
    strings = all(isinstance(name, str) for name in names)
    if not strings or len(names) != len(sizes) or len(set(names)) < len(names) or not names:
        raise error(
            "ImageGrid",
            f"factor_names={names!r} for factor_sizes={sizes!r}",
            "one different name per factor, at least one factor",
            "Give names and sizes in the order of the images, slowest factor first.",
        )
    return names


def _check_subset(argument, chosen, names):
    chosen = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    unknown = [name for name in chosen if name not in names]
    if unknown:
        raise error(
            "ImageGrid",
            f"{argument}={chosen!r}",
            f"names out of {', '.join(names)}",
            f"Leave out or rename {unknown[0]!r}.",
        )
    return chosen


def _check_stack(images, sizes):
    shape, dtype = getattr(images, "shape", None), getattr(images, "dtype", None)
    if shape is None or len(shape) not in (3, 4) or 0 in shape:
        raise error(
            "ImageGrid",
            f"images of type {type(images).__name__}, shape {shape}",
            "an array (N, H, W) or (N, H, W, C)",
            "Fold flat rows with numpy.reshape; convert lists with numpy.asarray.",
        )
    if dtype not in (np.dtype("uint8"), np.dtype(bool)):
        raise error(
            "ImageGrid",
            f"images of dtype {dtype}",
            "uint8 or bool",
            "Convert images in [0, 1] with (255 * images).astype('uint8').",
        )
    count = int(np.prod(sizes, dtype="int64"))
    if shape[0] != count:
        raise error(
            "ImageGrid",
            f"{shape[0]} images for factor_sizes={sizes!r}",
            f"one image per grid point, {count}",
            "Check the sizes; if images are missing, cut the grid to a full one.",
        )
