"""Pairs of images whose factors make one step on a grid."""

import numpy as np

from st_keras.datasets.pairs.factor_grid import FactorGrid
from st_keras.datasets.pairs.pair_source import PAIR, PairSource
from st_keras.datasets.pairs.transitions import (
    check_num_changed,
    check_rate,
    laplace_transition,
    uniform_transition,
)
from st_keras.validation import check_one_of, error

TRANSITIONS = ("laplace", "uniform")


class LatentPairs(PairSource):
    """Pairs from a grid of factors: a uniform grid point, then one step to another.

    Args:
        grid: `FactorGrid`, such as `Sprites()` or an `ImageGrid`.
        transition: how the second frame's factors follow from the first's. "laplace" (default):
            small sparse steps of all factors that are not categorical, `laplace_transition`.
            "uniform": some factors jump to any other value, `uniform_transition`.
        rate: float above 0, of "laplace": the larger, the smaller the steps. Or "random": from
            U(1, 10) for each pair. Default 1.0, as published.
        num_changed: int, of "uniform": how many factors change. None, the default: a number
            drawn for each pair, from 1 to all but one.

    A factor that the grid names in `nuisance` is the same in both frames, whatever the transition.

    Raises:
        ValueError: if an argument is none of these, belongs to the other transition, or the grid
            has too few factors that can change.

    Differs from the reference:
        First frames are drawn with replacement; there an epoch visits each image once. A redrawn
        nuisance factor (see `Sprites`) has no counterpart there.

    Example:
    >>> from st_keras.datasets.pairs.sprites import Sprites
    >>> pairs = LatentPairs(Sprites())
    >>> frames, factors = pairs.draw_pairs(32, np.random.default_rng(0))
    >>> frames.shape, factors.shape
    ((32, 2, 64, 64, 1), (32, 2, 5))
    >>> changed = factors[:, 0] != factors[:, 1]
    >>> bool(changed.any(axis=1).all()), bool(changed[:, 0].any())  # the shape stays
    (True, False)

    References:
        [1] Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal Sparse
            Coding, ICLR 2021, https://arxiv.org/abs/2007.10930
    """

    def __init__(self, grid, transition="laplace", rate=1.0, num_changed=None):
        where = "LatentPairs"
        if not isinstance(grid, FactorGrid):
            raise error(
                where,
                f"grid of type {type(grid).__name__}",
                "a FactorGrid",
                "Pass Sprites(), or wrap a stack of images in ImageGrid.",
            )
        self.grid = grid
        self.transition = check_one_of(where, "transition", transition, TRANSITIONS)
        self.rate = check_rate(where, rate)
        self.num_changed = num_changed
        foreign = {"laplace": num_changed is not None, "uniform": self.rate != 1.0}
        if foreign[transition]:
            name = "num_changed" if transition == "laplace" else "rate"
            raise error(
                where,
                f"{name}={getattr(self, name)!r} with transition={transition!r}",
                f"no {name}, which has no effect there",
                f"Leave {name} out, or choose the other transition.",
            )
        self.name = f"{grid.name}_{transition}"
        self.image_shape = tuple(grid.image_shape)
        self.factor_names = tuple(grid.factor_names)
        self.factor_sizes = tuple(grid.factor_sizes)
        names = enumerate(self.factor_names)
        self._moving = [i for i, name in names if name not in grid.nuisance]
        self._moving_sizes = [self.factor_sizes[i] for i in self._moving]
        self._stays = [self.factor_names[i] in grid.categorical for i in self._moving]
        free = [n > 1 for n in self._moving_sizes]
        if transition == "laplace":
            free = [n and not s for n, s in zip(free, self._stays, strict=True)]
        if not any(free):
            raise error(
                where,
                f"{grid!r} with transition={transition!r}",
                "a factor of at least 2 values that this transition can change",
                "Pass transition='uniform' if all factors are categorical.",
            )
        check_num_changed(where, num_changed, sum(free))

    @property
    def scored_factors(self):
        """Names of the factors that scores compare codes with: those of the grid."""
        return self.grid.scored_factors

    def draw_pairs(self, count, generator):
        """Draw pairs of neighbouring frames.

        Args:
            count: int. Number of pairs.
            generator: `numpy.random.Generator`.

        Returns:
            `(frames, factors)`: uint8 (count, 2, H, W, C), 0 to 255, and int64 indices
            (count, 2, factors), different in at least one factor.
        """
        first = self.grid.draw_factors(count, generator)
        second = first.copy()
        moving, sizes = first[:, self._moving], self._moving_sizes
        if self.transition == "laplace":
            moved = laplace_transition(moving, sizes, self._stays, self.rate, generator)
        else:
            moved = uniform_transition(moving, sizes, self.num_changed, generator)
        second[:, self._moving] = moved
        factors = np.stack([first, second], axis=1)
        images = self.grid.images(factors.reshape(count * PAIR, -1))
        return images.reshape(count, PAIR, *self.image_shape), factors

    def draw_images(self, count, generator):
        """Draw images at uniform grid points; see `FactorGrid.draw_images`."""
        return self.grid.draw_images(count, generator)

    def card(self):
        """Return what identifies the pairs, as a JSON-ready dict for run records."""
        settings = {
            "generator": "LatentPairs",
            "categorical": list(self.grid.categorical),
            "scored_factors": list(self.scored_factors),
            "transition": self.transition,
            "grid": self.grid.card(),
        }
        name = "rate" if self.transition == "laplace" else "num_changed"
        return {**super().card(), **settings, name: getattr(self, name)}
