"""Drawing rows of a sample that share the value of one factor."""

import numpy as np

# Points drawn at once, which bounds the memory: 500 x 64 rows of 10 latents take 3 MB.
_POINTS_AT_ONCE = 500


class SharedFactorRows:
    """Draws batches of rows that agree in one factor, with replacement, from a given sample.

    The reference draws new images for each batch. Drawing from a sample has the same distribution
    as far as the sample represents the factors: with factors drawn independently (a grid drawn
    uniformly) the other factors of the partner are independent of the shared one, up to the finite
    number of rows per value. A row may meet itself, with probability 1 / rows of that value.

    Args:
        factors: int array (N, factors) of class indices.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.shared_factor_rows import SharedFactorRows
    >>> factors = np.random.default_rng(0).integers(0, 3, (90, 2))
    >>> draw = SharedFactorRows(factors)
    >>> partners = draw.partners(1, np.arange(90), np.random.default_rng(1))
    >>> bool((factors[partners, 1] == factors[:, 1]).all())
    True
    """

    def __init__(self, factors):
        self.num_rows, self.num_factors = factors.shape
        self._order = np.argsort(factors, axis=0, kind="stable").T  # (factors, N)
        self._begin = np.empty(factors.T.shape, "int64")
        self._size = np.empty(factors.T.shape, "int64")
        for k, classes in enumerate(factors.T):
            counts = np.bincount(classes)
            self._begin[k] = (np.cumsum(counts) - counts)[classes]
            self._size[k] = counts[classes]

    def partners(self, factor, rows, generator):
        """Return, for each of `rows`, a random row with the same value of `factor` (broadcast)."""
        size = self._size[factor, rows]
        place = np.floor(generator.random(size.shape) * size).astype("int64")
        return self._order[factor, self._begin[factor, rows] + place]

    def points(self, num_points, generator):
        """Yield `(places, factor)` in chunks: a slice of the points, the shared factor of each."""
        for first in range(0, num_points, _POINTS_AT_ONCE):
            count = min(_POINTS_AT_ONCE, num_points - first)
            yield slice(first, first + count), generator.integers(self.num_factors, size=count)
