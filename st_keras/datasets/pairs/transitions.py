"""Second frames of pairs on a grid of factors: sparse Laplace steps, or k factors redrawn."""

import functools

import numpy as np

from st_keras.datasets.pairs.factor_grid import check_grid_points
from st_keras.validation import check_int, error

RANDOM_RATES = (1.0, 10.0)  # range of the rates that "random" draws from


def laplace_transition(factors, factor_sizes, categorical_mask, rate, generator):
    """Move every factor by a small, mostly zero, step on its grid ("LAP").

    A factor of n values at c goes to v in 0 ... n - 1 with probability

        p(v) = exp(-|v - c| rate / ln n) / sum over v of the same,

    a Laplace of scale `ln n / rate` on the integers, cut off at the ends; angles do not wrap
    around. Categorical factors stay. If no factor of a sample has moved, one of those that can
    move is chosen uniformly and drawn again from its p(v) without v = c.

    Args:
        factors: int (N, factors), the first frames.
        factor_sizes: int (factors,), values per factor.
        categorical_mask: bool (factors,), True for those that stay.
        rate: float above 0: the larger, the smaller the steps; or "random", a rate from
            U(1, 10) per sample (-1 in the reference code).
        generator: `numpy.random.Generator`.

    Returns:
        int64 (N, factors), at least one column different in each row.

    Raises:
        ValueError: if factors are off the grid, the rate is neither, or no factor can move.

    Example:
    >>> first = np.full((4, 2), 3)
    >>> second = laplace_transition(first, (6, 9), (True, False), 1.0, np.random.default_rng(0))
    >>> second[:, 0].tolist(), bool((second[:, 1] != 3).all())
    ([3, 3, 3, 3], True)

    References:
        [1] Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal Sparse
            Coding, ICLR 2021, https://arxiv.org/abs/2007.10930
    """
    where = "laplace_transition"
    factors, sizes = _check_factors(where, factors, factor_sizes)
    rate = check_rate(where, rate)
    fixed = np.asarray(categorical_mask)
    if fixed.shape != sizes.shape or fixed.dtype != bool:
        raise error(
            where,
            f"categorical_mask={categorical_mask!r}",
            f"one bool per factor, ({len(sizes)},)",
            "Build it with [name in categorical for name in factor_names].",
        )
    free = np.flatnonzero(~fixed & (sizes > 1))
    if not len(free):
        raise error(
            where,
            f"factor sizes {sizes.tolist()} of which {fixed.tolist()} are categorical",
            "a factor of at least 2 values that is not categorical",
            "Use the uniform transition, which changes categorical factors too.",
        )
    count = len(factors)
    rates = generator.uniform(*RANDOM_RATES, count) if rate == "random" else rate
    after = factors.copy()
    draws = generator.random((count, len(free)))
    for column, draw in zip(free, draws.T, strict=True):
        after[:, column] = _step(factors[:, column], sizes[column], rates, draw)
    # Drawn for all rows, so that later draws do not depend on how many have not moved.
    chosen, draw = generator.choice(free, count), generator.random(count)
    still = (after == factors).all(axis=1)
    for column in free:
        rows = np.flatnonzero(still & (chosen == column))
        rows_rates = rates if np.ndim(rates) == 0 else rates[rows]
        after[rows, column] = _step(
            factors[rows, column], sizes[column], rows_rates, draw[rows], exclude_current=True
        )
    return after


def uniform_transition(factors, factor_sizes, num_changed, generator):
    """Set k factors, chosen without replacement, to different values, uniformly ("UNI").

    Categorical factors take part. Factors of a single value cannot change and are not chosen.

    Args:
        factors: int (N, factors), the first frames.
        factor_sizes: int (factors,), values per factor.
        num_changed: int k of at least 1, or None: per sample uniform in 1 ... m - 1, where m
            factors have 2 or more values (k = 1 if m = 1).
        generator: `numpy.random.Generator`.

    Returns:
        int64 (N, factors), exactly k columns different in each row.

    Raises:
        ValueError: if factors are off the grid, or fewer than k of them can change.

    Example:
    >>> second = uniform_transition(np.zeros((5, 3), int), (4, 2, 9), 2, np.random.default_rng(0))
    >>> (second != 0).sum(axis=1).tolist()
    [2, 2, 2, 2, 2]

    References:
        [1] Locatello et al.: Weakly-Supervised Disentanglement Without Compromises, ICML 2020,
            https://arxiv.org/abs/2002.02886
    """
    where = "uniform_transition"
    factors, sizes = _check_factors(where, factors, factor_sizes)
    free = np.flatnonzero(sizes > 1)
    check_num_changed(where, num_changed, len(free))
    count = len(factors)
    k = num_changed
    if k is None:
        k = generator.integers(1, max(2, len(free)), (count, 1))
    # Each row a random permutation of 0 ... m - 1: the k lowest places choose k factors.
    ranks = generator.random((count, len(free))).argsort(axis=1)
    # A step of 1 ... n - 1 around the circle reaches every other value equally often.
    steps = generator.integers(1, sizes[free], (count, len(free)))
    after = factors.copy()
    after[:, free] = (factors[:, free] + (ranks < k) * steps) % sizes[free]
    return after


def check_rate(where, rate):
    """Return rate, a positive float or "random", or raise `ValueError`."""
    if isinstance(rate, str) and rate == "random":
        return rate
    real = isinstance(rate, (int, float, np.integer, np.floating)) and not isinstance(rate, bool)
    if not real or not 0 < rate < np.inf:
        low, high = RANDOM_RATES
        raise error(
            where,
            f"rate={rate!r}",
            "a finite number above 0, or 'random'",
            f"Pass rate=1.0; or 'random', a rate between {low:g} and {high:g} for each pair.",
        )
    return float(rate)


def check_num_changed(where, num_changed, num_free):
    """Raise `ValueError` unless that many of `num_free` factors can change."""
    wanted = 1 if num_changed is None else check_int(where, "num_changed", num_changed, 1)
    if wanted > num_free:
        raise error(
            where,
            f"num_changed={num_changed} with {num_free} factors of 2 or more values",
            f"at least {wanted} such factors",
            "Change fewer factors.",
        )


def _check_factors(where, factors, factor_sizes):
    sizes = np.asarray(factor_sizes)
    names = [f"factor {i}" for i in range(len(sizes))]
    return check_grid_points(where, factors, sizes, names), sizes


def _step(current, size, rate, draw, exclude_current=False):
    """Values (N,) from p(v) at `current`, by inverting its distribution function at `draw`."""
    if np.ndim(rate):
        cumulative = _cumulative(current, size, rate, exclude_current)
    else:
        cumulative = _table(int(size), rate, exclude_current)[current]
    return (draw[:, None] >= cumulative).sum(axis=1)


def _cumulative(current, size, rate, exclude_current):
    """P(value <= v) for v = 0 ... n - 2, (N, n - 1); P(value <= n - 1) is 1, rounding or not."""
    distance = np.abs(np.arange(size) - current[:, None])
    # Counted from the nearest value that may be drawn, or a high rate would leave 0 / 0.
    steps = np.maximum(distance - exclude_current, 0)
    weight = np.exp(-steps * np.reshape(rate, (-1, 1)) / np.log(size))
    if exclude_current:
        weight[distance == 0] = 0.0
    cumulative = np.cumsum(weight, axis=1)
    return cumulative[:, :-1] / cumulative[:, -1:]


@functools.lru_cache(maxsize=256)
def _table(size, rate, exclude_current):
    table = _cumulative(np.arange(size), size, rate, exclude_current)
    table.setflags(write=False)
    return table
