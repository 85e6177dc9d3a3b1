"""Windows drawn with unequal chances, as a pure function of seed, epoch and batch."""

import numpy as np

_PURPOSE = 0x57E7  # of the random numbers: those of no shuffled order


class WindowDraws:
    """Draws windows with replacement.

    Args:
        chances: float64 (n,) above 0, the chance of each window; their sum is 1.
        weighted: bool. Whether weights are asked for.

    Example:

    >>> draws = WindowDraws(np.array([0.2, 0.8]), weighted=True)
    >>> bool((draws.numbers(0, 0, batch=7, size=4) == draws.numbers(0, 0, 7, 4)).all())
    True
    >>> draws.weights(np.array([0, 1])).tolist()
    [2.5, 0.625]
    """

    def __init__(self, chances, weighted=False):
        self.weighted = weighted
        self._chances, self._ends = chances, np.cumsum(chances)

    def numbers(self, seed, epoch, batch, size):
        """Draw the windows of a batch.

        Args:
            seed, epoch, batch: ints of at least 0.
            size: int, windows of a whole batch.

        Returns:
            int64 (size,).
        """
        uniform = np.random.default_rng((seed, _PURPOSE, epoch, batch)).random(size)
        numbers = np.searchsorted(self._ends, uniform * self._ends[-1], side="right")
        return np.minimum(numbers, len(self._ends) - 1)

    def weights(self, numbers):
        """Return 1 / (n q) of windows, float32: weighted means have no bias then."""
        return (1.0 / (len(self._chances) * self._chances[numbers])).astype("float32")
