"""Intervals: SciPy's where every window is a block, and right in 95 of 100 cases."""

import numpy as np
import pytest
import scipy.stats

from st_keras.metrics.radar import block_bootstrap
from tests.refusals import refused


def ratio(sums):
    return sums["above"] / sums["below"]


def draws(size, seed=0):
    rng = np.random.default_rng(seed)
    below = rng.gamma(2.0, 1.0, size)
    return {"above": below * rng.uniform(0, 1, size), "below": below}


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_equal_to_scipy_of_single_windows(confidence):
    sums = draws(30)
    found = block_bootstrap(sums, ratio, confidence=confidence, seed=5, resamples=500)
    theirs = scipy.stats.bootstrap(
        (sums["above"], sums["below"]),
        lambda above, below, axis: above.sum(axis) / below.sum(axis),
        paired=True,
        n_resamples=500,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9)
    assert found.blocks == 30 and found.value == pytest.approx(
        ratio({name: of.sum() for name, of in sums.items()})
    )


def test_blocks_are_one_window_each_once_added():
    sums = draws(12)
    labels = ["a", "a", "b", "c", "b", "a", "d", "d", "e", "f", "f", "f"]
    same = np.array(labels)[:, None] == list("abcdef")
    of_blocks = {name: of @ same for name, of in sums.items()}
    found, expected = block_bootstrap(sums, ratio, labels), block_bootstrap(of_blocks, ratio)
    np.testing.assert_allclose(
        (found.value, found.low, found.high), (expected.value, expected.low, expected.high)
    )
    assert found.blocks == 6


@pytest.mark.parametrize("what", [np.inf, -np.inf])
def test_an_infinite_sum_counts_where_it_is_drawn(what):
    """A PSNR of an exact sequence: resamples without it are finite, and stay."""
    totals = np.array([20.0, 30.0, what, 25.0, 22.0])
    found = block_bootstrap({"above": totals, "below": np.ones(5)}, ratio)
    drawn = np.random.default_rng(0).integers(0, 5, (1000, 5))
    ends = np.percentile(np.clip(totals[drawn].mean(axis=1), -1e300, 1e300), (2.5, 97.5))
    finite, infinite = (ends if what > 0 else ends[::-1]).tolist()
    assert abs(infinite) > 1e290 and found.value == what
    told = (found.low, found.high) if what > 0 else (found.high, found.low)
    assert told == (pytest.approx(finite), what)


def test_a_missing_sum_is_missing_only_where_it_is_drawn():
    sums = {"above": np.array([1.0, np.nan, 3.0, np.inf, -np.inf]), "below": np.ones(5)}
    seen = []
    block_bootstrap(sums, lambda s: seen.append(s["above"]) or 0.0, resamples=200)
    drawn = np.random.default_rng(0).integers(0, 5, (200, 5))
    with np.errstate(invalid="ignore"):
        expected = sums["above"][drawn].sum(axis=1)
    np.testing.assert_array_equal(seen[1:], expected)


@pytest.mark.parametrize("single, least, most", [(False, 0.88, 0.99), (True, 0.0, 0.75)])
def test_coverage(single, least, most):
    """Ten windows of a day are alike: blocks of days hold the truth, single windows do not."""
    rng = np.random.default_rng(1)
    held = 0
    for trial in range(150):
        of_days = rng.normal(0.0, 1.0, 25)
        sums = {"x": np.repeat(of_days, 10), "n": np.ones(250)}
        days = None if single else np.repeat(np.arange(25), 10)
        found = block_bootstrap(sums, lambda s: s["x"] / s["n"], days, 0.95, trial, 200)
        held += found.low <= 0.0 <= found.high
    assert least <= held / 150 <= most


def test_pairs_of_methods_are_resampled_together():
    """What both share, the weather, takes no part in their difference."""
    rng = np.random.default_rng(0)
    weather = rng.gamma(1.0, 5.0, 40)
    sums = {"a": weather + 1.0, "b": weather, "n": np.ones(40)}
    found = block_bootstrap(sums, lambda s: (s["a"] - s["b"]) / s["n"])
    assert (found.low, found.high) == pytest.approx((1.0, 1.0))
    alone = block_bootstrap(sums, lambda s: s["a"] / s["n"])
    assert alone.high - alone.low > 1.0


def test_arrays_and_seeds():
    sums = {name: np.stack([of, 2 * of], -1) for name, of in draws(20).items()}
    sums["below"][:, 1] /= 4
    one, again, other = (block_bootstrap(sums, ratio, seed=s) for s in (1, 1, 2))
    assert one.value.shape == one.low.shape == (2,)
    np.testing.assert_allclose(one.high[1], 4 * one.high[0])
    np.testing.assert_array_equal(one.low, again.low)
    assert (one.low != other.low).all() and np.allclose(one.low, other.low, atol=0.03)


def test_where_there_is_no_interval():
    one = block_bootstrap(draws(5), ratio, ["day"] * 5)
    assert one.blocks == 1 and np.isfinite(one.value) and np.isnan([one.low, one.high]).all()
    empty = {"above": np.zeros((4, 2)), "below": np.array([[0.0, 0], [0, 0], [0, 0], [0, 1]])}

    def score(sums):
        with np.errstate(invalid="ignore"):
            return ratio(sums)

    found = block_bootstrap(empty, score)
    assert np.isnan(found.low).tolist() == [True, False]  # resamples without rain are left out
    assert found.value[1] == found.low[1] == found.high[1] == 0


def test_infinite_scores_have_infinite_ends():
    sums = {"x": np.array([1.0, 1.0, 1.0, 0.0, 0.0])}
    found = block_bootstrap(sums, lambda s: -np.inf if s["x"] > 1 else s["x"])
    assert found.low == -np.inf and found.high in (0.0, 1.0)
    assert block_bootstrap(sums, lambda s: -np.inf).high == -np.inf


@pytest.mark.parametrize(
    "change, message",
    [
        ({"blocks": [1, 2]}, r"2 blocks for 5 windows.*one label for each"),
        ({"confidence": 95}, r"confidence=95"),
        ({"resamples": 0}, r"resamples=0"),
        ({"sums": {}}, r"sums of the shapes \{\}.*at least one"),
        ({"sums": {"a": [1.0], "b": [1.0, 2.0]}}, r"'a': \(1,\), 'b': \(2,\).*by_window=True"),
    ],
)
def test_refusals(change, message):
    refused(message, block_bootstrap, **{"sums": draws(5), "statistic": ratio, **change})


def test_all_resamples_at_once_are_those_of_a_loop():
    sums = {"hits": np.arange(12.0).reshape(6, 2), "events": np.full((6, 2), 9.0)}

    def share(of):
        return of["hits"] / of["events"]

    one = block_bootstrap(sums, share, resamples=50)
    other = block_bootstrap(sums, share, resamples=50, at_once=True)
    np.testing.assert_array_equal(one.low, other.low)
    np.testing.assert_array_equal(one.high, other.high)
