"""The CRPS, against the sum over all pairs of members, and what makes it a proper score."""

import numpy as np
import pytest

from st_keras.metrics.radar import crps, crps_sums
from tests.metrics.radar.rain_fields import rain_ensemble
from tests.refusals import refused


@pytest.mark.parametrize("fair", [False, True])
def test_equal_to_the_sum_over_pairs(fair):
    truth, members = rain_ensemble(5, channels=2)
    for lead in range(truth.shape[1]):
        total, count = 0.0, 0
        for place in np.argwhere(~np.isnan(truth[:, lead])):
            b, *rest = place
            y, x = truth[(b, lead, *rest)], members[(b, slice(None), lead, *rest)]
            pairs = np.abs(x[:, None] - x).sum() / (2 * 5 * (4 if fair else 5))
            total, count = total + np.abs(x - y).mean() - pairs, count + 1
        assert crps(truth, members, fair)[lead] == pytest.approx(total / count)


def test_of_equal_members_it_is_the_mean_absolute_error():
    truth, members = rain_ensemble(2)
    one = members[:, 0]
    found = crps(truth, [one, one, one])
    np.testing.assert_allclose(found, np.nanmean(np.abs(one - truth), axis=(0, 2, 3, 4)))


def test_the_order_of_members_and_their_form_make_no_difference():
    truth, members = rain_ensemble(4)
    as_list = [members[:, m] for m in (2, 0, 3, 1)]
    np.testing.assert_allclose(crps(truth, as_list), crps(truth, members), rtol=1e-12)


def test_fair_scores_do_not_depend_on_the_number_of_members():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(1, 1, 200, 200, 1))
    plain, fair = [], []
    for size in (2, 16):
        members = rng.normal(size=(1, size, 1, 200, 200, 1))
        plain.append(crps(truth, members)[0])
        fair.append(crps(truth, members, fair=True)[0])
    # E|x - y| - E|x - x'| / 2 = 1 / sqrt(pi) for the standard normal distribution.
    np.testing.assert_allclose(fair, 1 / np.sqrt(np.pi), atol=0.01)
    assert plain[0] > plain[1] + 0.2


def test_windows_and_batches_add_up():
    truth, members = rain_ensemble(batch=4)
    whole = crps(truth, members, fair=True)
    parts = crps_sums(truth[:1], members[:1]) + crps_sums(truth[1:], members[1:])
    windows = crps_sums(truth, members, by_window=True)
    assert windows.errors.shape == (4, 4)
    for other in (parts, windows):
        np.testing.assert_allclose(other.score(fair=True), whole, rtol=1e-12)
    refused(
        r"5 and 2 members", lambda: crps_sums(truth, members) + crps_sums(truth, members[:, :2])
    )


def test_missing_truth_and_unknown_members():
    truth, members = rain_ensemble(batch=1)
    truth[:, 0] = np.nan
    members[:, 1, 0] = np.nan  # where nothing is known of the truth
    members[0, 1, 2][~np.isnan(truth[0, 2])] = np.nan
    assert np.isnan(crps(truth, members)).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    "members, message",
    [
        (np.zeros((1, 1, 2, 3, 3, 1)), r"one member.*at least two"),
        (np.zeros((2, 4, 2, 3, 3, 1)), r"\(2, 4, 2, 3, 3, 1\).*behind that of the windows"),
        (np.zeros((1, 2, 3, 3, 1)), r"members of shape \(1, 2, 3, 3, 1\), rank 5"),
        ([np.zeros((1, 2, 3, 3, 1)), np.zeros((1, 2, 3, 4, 1))], r"members of the shapes"),
        ([np.zeros((1, 2, 3, 3))] * 2, r"a member of shape \(1, 2, 3, 3\), rank 4"),
        ([np.full((1, 2, 3, 3, 1), np.inf)] * 2, r"inf in the truth or the members"),
        ([], r"members of shape \(0,\), rank 1"),
    ],
)
def test_refusals(members, message):
    refused(message, crps, np.zeros((1, 2, 3, 3, 1)), members)
