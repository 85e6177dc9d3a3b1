"""Images that a grid of factors of variation generates, one image per grid point."""

import abc

import numpy as np

from st_keras.validation import error


class FactorGrid(abc.ABC):
    """A full grid of discrete factors with one image (or one drawing) at every point.

    A subclass sets the attributes and turns factors into images.

    Attributes:
        name: str, for tables and run records.
        image_shape: `(H, W, C)`.
        factor_names: tuple of str.
        factor_sizes: tuple of int, the number of values of each factor.
        categorical: tuple of str, the factors whose values have no order, such as a shape: the
            Laplace transition of `LatentPairs` holds them fixed.
        unscored: tuple of str, the factors that scores leave out. Default: none.
        nuisance: tuple of str, the factors that both frames of a pair share. Default: none.

    Example:
    >>> class Dots(FactorGrid):
    ...     name, image_shape = "dots", (2, 3, 1)
    ...     factor_names, factor_sizes, categorical = ("y", "x"), (2, 3), ()
    ...     def images(self, factors):
    ...         pixel = factors[:, 0] * 3 + factors[:, 1]
    ...         return np.uint8(255 * np.eye(6)[pixel].reshape(-1, 2, 3, 1))
    >>> images, factors = Dots().draw_images(5, np.random.default_rng(0))
    >>> images.shape, factors.shape
    ((5, 2, 3, 1), (5, 2))
    """

    name: str
    image_shape: tuple
    factor_names: tuple
    factor_sizes: tuple
    categorical: tuple
    unscored: tuple = ()
    nuisance: tuple = ()

    @property
    def scored_factors(self):
        """Names of the factors that scores compare codes with."""
        return tuple(name for name in self.factor_names if name not in self.unscored)

    @abc.abstractmethod
    def images(self, factors):
        """Return the images at grid points.

        Args:
            factors: int (N, factors), each column in [0, its factor's size).

        Returns:
            uint8 (N, H, W, C), 0 to 255.
        """

    def draw_factors(self, count, generator):
        """Draw grid points uniformly, with replacement.

        Args:
            count: int.
            generator: `numpy.random.Generator`.

        Returns:
            int64 (count, factors).
        """
        return generator.integers(0, self.factor_sizes, (count, len(self.factor_sizes)))

    def draw_images(self, count, generator):
        """Draw images at uniform grid points.

        Args:
            count: int.
            generator: `numpy.random.Generator`.

        Returns:
            `(images, factors)`: uint8 (count, H, W, C) and int64 (count, factors).
        """
        factors = self.draw_factors(count, generator)
        return self.images(factors), factors

    def card(self):
        """Return what identifies the grid, as a JSON-ready dict for run records."""
        return {"generator": type(self).__name__, "name": self.name}

    def check_factors(self, where, factors):
        """Return factors as int64 (N, factors), or raise `ValueError` if off the grid."""
        return check_grid_points(where, factors, self.factor_sizes, self.factor_names)

    def __len__(self):
        return int(np.prod(self.factor_sizes))

    def __repr__(self):
        sizes = ", ".join(
            f"{n} {s}" for n, s in zip(self.factor_names, self.factor_sizes, strict=True)
        )
        return f"<{type(self).__name__} {self.name} {self.image_shape}: {sizes}>"


def check_grid_points(where, factors, factor_sizes, factor_names):
    """Check points of a grid of factors.

    Args:
        where: str. Who asks; the error begins with it.
        factors: int (N, factors).
        factor_sizes: sequence of int.
        factor_names: sequence of str.

    Returns:
        int64 (N, factors).

    Raises:
        ValueError: unless `factors` are integers of that shape, each in [0, its factor's size).
    """
    factors, sizes = np.asarray(factors), np.asarray(factor_sizes)
    whole = factors.dtype.kind in "iu" and factors.ndim == 2
    if not whole or factors.shape[1] != len(sizes):
        raise error(
            where,
            f"factors of shape {factors.shape}, dtype {factors.dtype}",
            f"integers (N, {len(sizes)}), columns {', '.join(factor_names)}",
            "Stack one column per factor with numpy.stack(..., axis=1).",
        )
    outside = (factors < 0) | (factors >= sizes)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise error(
            where,
            f"{factor_names[column]}={factors[row, column]} in row {row}",
            f"0 to {sizes[column] - 1}",
            "Count values of a factor from 0.",
        )
    return factors.astype("int64")
