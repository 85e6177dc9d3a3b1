import numpy as np
import pytest

from st_keras.metrics.radar import rank_histogram
from tests.metrics.radar.rain_fields import rain_ensemble
from tests.refusals import refused


def test_without_ties_it_is_the_number_of_members_below():
    truth, members = rain_ensemble(5, channels=2)
    truth += 0.05
    found = rank_histogram(truth, members)
    for lead in range(4):
        counts = np.zeros(6, int)
        for b, *rest in np.argwhere(~np.isnan(truth[:, lead])):
            place = (b, slice(None), lead, *rest)
            counts[(members[place] < truth[(b, lead, *rest)]).sum()] += 1
        assert found[lead].tolist() == counts.tolist()


def test_a_dry_truth_among_dry_members_may_have_any_of_their_ranks():
    truth = np.zeros((1, 1, 60, 60, 1))
    members = np.zeros((1, 4, 1, 60, 60, 1))
    members[:, 3] = 1.0
    found = rank_histogram(truth, members)[0]
    assert found[4] == 0 and found.sum() == 3600
    np.testing.assert_allclose(found[:4] / 3600, 0.25, atol=0.03)


def test_draws_follow_the_seed():
    truth, members = rain_ensemble()
    one, again, other = (rank_histogram(truth, members, seed=s) for s in (3, 3, 4))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any() and one.sum() == other.sum()


def test_flat_if_truth_and_members_are_of_one_distribution():
    rng = np.random.default_rng(0)
    rain = np.maximum(rng.gamma(0.5, 2.0, (7, 1, 1, 100, 100, 1)) - 1, 0)  # two thirds are dry
    for least in (None, 0.5):
        found = rank_histogram(rain[0], list(rain[1:]), least)[0]
        np.testing.assert_allclose(found / found.sum(), 1 / 7, atol=0.02)
    assert found.sum() < 10000


def test_what_no_one_says_rains_does_not_count():
    truth = np.array([0.0, 0.2, 0.2, 3.0]).reshape(1, 1, 1, 4, 1)
    members = np.array([[0.0, 0.1, 2.0, 4.0], [0.0, 0.3, 4.0, 0.0]]).reshape(1, 2, 1, 1, 4, 1)
    assert rank_histogram(truth, members, least=0.5).tolist() == [[1, 1, 0]]
    assert rank_histogram(truth, members, least=0.0).sum() == 4


def test_missing_values_do_not_count():
    truth, members = rain_ensemble()
    members[:, 1, 2] = np.nan
    found = rank_histogram(truth, members).sum(axis=1)
    valid = (~np.isnan(truth)).sum((0, 2, 3, 4))
    assert found.tolist() == [valid[0], valid[1], 0, valid[3]]


@pytest.mark.parametrize(
    "change, message",
    [({"seed": -1}, r"seed=-1"), ({"least": np.nan}, r"least=nan.*finite number")],
)
def test_refusals(change, message):
    refused(message, rank_histogram, *rain_ensemble(), **change)
