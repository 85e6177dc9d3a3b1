import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from st_keras.datasets.pairs.transitions import laplace_transition, uniform_transition

SIZES = (3, 6, 40, 32, 32)
SHAPE_ONLY = (True, False, False, False, False)


def generator(seed=0):
    return np.random.default_rng(seed)


def pmf(size, current, rate):
    p = stats.laplace.pdf(np.arange(size), loc=current, scale=np.log(size) / rate)
    return p / p.sum()


def with_forced_move(size, current, rate, others_still):
    """p(v) of one factor of `len(others_still) + 1`, redraws of rows that stood still included."""
    p = pmf(size, current, rate)
    redrawn = np.where(np.arange(size) == current, 0, p)
    redrawn /= redrawn.sum()
    all_still = p[current] * np.prod(others_still)
    share = 1 / (len(others_still) + 1)
    p = p + all_still * share * redrawn
    p[current] -= all_still * share
    return p


def fits(values, p):
    expected = len(values) * p
    keep = expected >= 5
    observed = np.bincount(values, minlength=len(p))
    observed = np.append(observed[keep], observed[~keep].sum())
    expected = np.append(expected[keep], expected[~keep].sum())
    if expected[-1] == 0:
        assert observed[-1] == 0
        observed, expected = observed[:-1], expected[:-1]
    return stats.chisquare(observed, expected).pvalue


@pytest.mark.parametrize("rate", [0.5, 1.0, 6.0])
@pytest.mark.parametrize("current", [0, 3, 39])
def test_laplace_steps_have_the_published_distribution(current, rate):
    sizes, first = (40, 7, 2), np.tile([current, 2, 1], (60_000, 1))
    after = laplace_transition(first, sizes, (False,) * 3, rate, generator(1))
    still = [pmf(n, c, rate)[c] for n, c in zip(sizes, first[0], strict=True)]
    for column, size in enumerate(sizes):
        others = [p for i, p in enumerate(still) if i != column]
        p = with_forced_move(size, first[0, column], rate, others)
        assert fits(after[:, column], p) > 1e-4


def test_a_lone_factor_is_redrawn_from_its_laplace_without_the_current_value():
    first = np.full((50_000, 1), 2)
    after = laplace_transition(first, (9,), (False,), 1.0, generator())[:, 0]
    p = pmf(9, 2, 1.0)
    p[2] = 0
    # p(v) and its redraw have the same shape away from v = c.
    assert fits(after, p / p.sum()) > 1e-4


def test_the_redrawn_factor_is_chosen_uniformly():
    # At such a rate nothing ever moves by itself, and redraws go to a neighbour.
    first = np.tile([1, 3, 20, 0, 31], (40_000, 1))
    after = laplace_transition(first, SIZES, SHAPE_ONLY, 1000.0, generator())
    moved = after != first
    assert np.all(moved.sum(axis=1) == 1)
    assert fits(np.nonzero(moved)[1] - 1, np.full(4, 0.25)) > 1e-4
    assert np.abs(after - first).max() == 1
    assert set(after[moved[:, 2], 2]) == {19, 21}


def test_random_rates_are_uniform_in_1_to_10_for_each_sample():
    first = np.full((60_000, 1), 2)
    after = laplace_transition(first, (9,), (False,), "random", generator())[:, 0]
    rates = np.linspace(1, 10, 2001)
    p = np.array([with_forced_move(9, 2, rate, ()) for rate in rates])
    assert fits(after, np.trapezoid(p, rates, axis=0) / 9) > 1e-4


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=6).filter(lambda s: max(s) > 1),
    rate=st.one_of(st.floats(1e-6, 1e6), st.just("random")),
    seed=st.integers(0, 2**32),
)
def test_something_always_moves_and_stays_on_the_grid(sizes, rate, seed):
    fixed = generator(seed).random(len(sizes)) < 0.5
    fixed[np.argmax(sizes)] = False
    first = generator(seed).integers(0, sizes, (200, len(sizes)))
    copy = first.copy()
    laplace = laplace_transition(first, sizes, fixed, rate, generator(seed))
    uniform = uniform_transition(first, sizes, None, generator(seed))
    for after in (laplace, uniform):
        assert after.dtype == np.int64 and after.shape == first.shape
        assert np.all((after != first).any(axis=1))
        assert np.all((after >= 0) & (after < sizes))
    np.testing.assert_array_equal(laplace[:, fixed], first[:, fixed])
    np.testing.assert_array_equal(first, copy)


def test_rows_are_independent():
    first = np.tile([0, 3, 20, 16, 16], (20_000, 1))
    after = laplace_transition(first, SIZES, SHAPE_ONLY, 1.0, generator())
    steps = (after - first)[:, 1:].astype(float)
    for column in steps.T:
        assert abs(np.corrcoef(column[:-1], column[1:])[0, 1]) < 4 / np.sqrt(len(column))
    assert len(np.unique(after[:, 2:], axis=0)) > 1000


def test_uniform_changes_1_to_all_but_one():
    first = generator(5).integers(0, SIZES, (40_000, 5))
    changed = uniform_transition(first, SIZES, None, generator()) != first
    assert fits(changed.sum(axis=1) - 1, np.full(4, 0.25)) > 1e-4
    # Each factor, the categorical one too, takes part as often: E[k] / 5 = 1/2.
    assert np.all(np.abs(changed.mean(axis=0) - 0.5) < 4 * 0.5 / 200)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_uniform_changes_exactly_k_to_any_other_value(k):
    first = np.tile([2, 0, 17, 31, 8], (30_000, 1))
    after = uniform_transition(first, SIZES, k, generator(k))
    assert np.all((after != first).sum(axis=1) == k)
    for column, size in enumerate(SIZES):
        values = after[after[:, column] != first[0, column], column]
        p = np.full(size, 1 / (size - 1))
        p[first[0, column]] = 0
        assert fits(values, p) > 1e-4


def test_uniform_chooses_subsets_uniformly():
    first = np.zeros((20_000, 4), int)
    changed = uniform_transition(first, (4, 1, 5, 6), 2, generator()) != 0
    assert not changed[:, 1].any()
    pairs = changed[:, [0, 2, 3]] @ [1, 2, 4]
    assert set(pairs) == {3, 5, 6}
    assert fits(np.searchsorted([3, 5, 6], pairs), np.full(3, 1 / 3)) > 1e-4


def test_two_factors_or_one_change_one():
    for sizes in [(4, 5), (4, 1)]:
        after = uniform_transition(np.zeros((100, 2), int), sizes, None, generator())
        assert np.all((after != 0).sum(axis=1) == 1)


@pytest.mark.parametrize(
    ("factors", "sizes", "fixed", "rate", "match"),
    [
        ([[0.5, 1]], (2, 2), (False, False), 1.0, "dtype float64.*integers"),
        ([0, 1], (2, 2), (False, False), 1.0, r"shape \(2,\).*numpy.stack"),
        ([[0, 1, 0]], (2, 2), (False, False), 1.0, r"shape \(1, 3\).*\(N, 2\)"),
        ([[0, 1], [0, 2]], (2, 2), (False, False), 1.0, r"factor 1=2 in row 1.*0 to 1"),
        ([[-1, 1]], (2, 2), (False, False), 1.0, r"factor 0=-1 in row 0"),
        ([[0, 1]], (2, 2), (0, 1), 1.0, "categorical_mask=.*one bool per factor"),
        ([[0, 1]], (2, 2), (True,), 1.0, r"categorical_mask=.*\(2,\)"),
        ([[0, 0]], (2, 1), (True, False), 1.0, "at least 2 values that is not categorical"),
        ([[0, 1]], (2, 2), (False, False), 0, "rate=0.*above 0, or 'random'"),
        ([[0, 1]], (2, 2), (False, False), -1, "rate=-1.*'random', a rate between 1 and 10"),
        ([[0, 1]], (2, 2), (False, False), True, "rate=True"),
        ([[0, 1]], (2, 2), (False, False), np.inf, "rate=inf"),
        ([[0, 1]], (2, 2), (False, False), "fast", "rate='fast'"),
    ],
)
def test_laplace_refuses(factors, sizes, fixed, rate, match):
    with pytest.raises(ValueError, match=match) as info:
        laplace_transition(np.array(factors), sizes, fixed, rate, generator())
    assert str(info.value).startswith("laplace_transition: ") and "Required:" in str(info.value)


@pytest.mark.parametrize(
    ("sizes", "k", "match"),
    [
        ((2, 2), 0, "num_changed=0.*at least 1"),
        ((2, 2), 1.5, "num_changed=1.5"),
        ((2, 2), 3, "num_changed=3 with 2 factors.*at least 3"),
        ((2, 1), 2, "num_changed=2 with 1 factors"),
        ((1, 1), None, "num_changed=None with 0 factors"),
        ((2, 2, 2), None, r"shape \(1, 2\)"),
    ],
)
def test_uniform_refuses(sizes, k, match):
    with pytest.raises(ValueError, match=match) as info:
        uniform_transition(np.zeros((1, 2), int), sizes, k, generator())
    assert str(info.value).startswith("uniform_transition: ") and "Required:" in str(info.value)
