"""Probabilities that are stated, in place of members: counts against NumPy, and refusals."""

import numpy as np
import pytest

from st_keras.metrics.radar import probability_table, stated_probability_table
from tests.metrics.radar.rain_fields import rain_ensemble
from tests.refusals import refused

THRESHOLDS = (0.5, 2.0)


def stated(shape, seed=0):
    rng = np.random.default_rng(seed)
    return {threshold: rng.random(shape).astype("float32") for threshold in THRESHOLDS}


@pytest.mark.parametrize("levels", [2, 7, 20])
def test_counts_are_those_of_numpy(levels):
    truth, _ = rain_ensemble()
    said = stated(truth.shape)
    table = stated_probability_table(truth, said, THRESHOLDS, levels, by_window=True)
    assert table.cases.shape == (*truth.shape[:2], 2, levels + 1)
    steps = np.arange(levels + 1) / levels
    np.testing.assert_allclose(table.probabilities, steps)
    assert np.isnan(truth).any()
    for window, lead in np.ndindex(truth.shape[:2]):
        came = truth[window, lead]
        for k, threshold in enumerate(THRESHOLDS):
            nearest = np.abs(said[threshold][window, lead][..., None] - steps).argmin(axis=-1)
            for level in range(levels + 1):
                here = (nearest == level) & ~np.isnan(came)
                assert table.cases[window, lead, k, level] == here.sum()
                assert table.events[window, lead, k, level] == (here & (came >= threshold)).sum()
    whole = stated_probability_table(truth, said, THRESHOLDS, levels)
    np.testing.assert_array_equal(whole.cases, table.cases.sum(axis=0))
    np.testing.assert_array_equal(whole.events, table.events.sum(axis=0))


def test_shares_of_members_have_the_table_of_the_members():
    truth, members = rain_ensemble(5)
    shares = {t: (members >= t).mean(axis=1) for t in THRESHOLDS}
    said = stated_probability_table(truth, shares, THRESHOLDS, levels=5)
    counted = probability_table(truth, members, THRESHOLDS)
    np.testing.assert_array_equal(said.cases, counted.cases)
    np.testing.assert_array_equal(said.events, counted.events)
    np.testing.assert_allclose(said.brier(), counted.brier())


def test_what_is_said_where_the_truth_is_missing_does_not_count():
    truth, _ = rain_ensemble()
    said = stated(truth.shape)
    other = {t: np.where(np.isnan(truth), np.nan, p) for t, p in said.items()}
    one, two = (stated_probability_table(truth, each, THRESHOLDS) for each in (said, other))
    np.testing.assert_array_equal(one.cases, two.cases)


@pytest.mark.parametrize("by_window", [False, True])
def test_lead_times_are_joined(by_window):
    truth, members = rain_ensemble()
    table = probability_table(truth, members, THRESHOLDS, by_window=by_window)
    joined = table.joined_leads()
    assert joined.thresholds == THRESHOLDS and joined.cases.shape == (1, 2, 6)
    # As if all lead times were windows of one.
    flat = truth.reshape(-1, 1, *truth.shape[2:])
    drawn = members.swapaxes(1, 2).reshape(-1, 5, 1, *truth.shape[2:])
    expected = probability_table(flat, drawn, THRESHOLDS)
    np.testing.assert_array_equal(joined.cases, expected.cases)
    np.testing.assert_array_equal(joined.events, expected.events)
    np.testing.assert_array_equal(joined.joined_leads().cases, joined.cases)


def test_refusals():
    truth, _ = rain_ensemble()
    said = stated(truth.shape)

    def table(**changed):
        told = {"y_true": truth, "probabilities": said, "thresholds": THRESHOLDS, **changed}
        return stated_probability_table(**told)

    refused(r"y_true of shape .* and y_pred of shape", table, y_true=truth[:, :2])
    short = {0.5: said[0.5], 2.0: said[2.0][:, :2]}
    refused(r"probabilities of 2 of shape \(.*\)\. Required: numbers from 0 to 1 of shape", table,
            probabilities=short)  # fmt: skip
    where = tuple(np.argwhere(~np.isnan(truth))[0])
    for wrong in (1.01, -0.01, np.nan, np.inf):
        other = {t: p.copy() for t, p in said.items()}
        other[2.0][where] = wrong
        refused(r"probabilities of 2 of shape .* not all in \[0, 1\]", table, probabilities=other)
    refused(r"without those of 1\. Required: a dict with", table, thresholds=(0.5, 1.0))
    refused(r"levels=1", table, levels=1)
    refused(r"thresholds=\[\]", table, thresholds=[])


def test_curves_are_of_all_windows_and_lead_times():
    truth = np.array([0.0, 2.0, 2.0, 9.0]).reshape(2, 2, 1, 1, 1)
    stated = {1.0: 0 * truth + 0.5, 5.0: 0 * truth}
    curves = stated_probability_table(truth, stated, (1.0, 5.0), levels=2).reliability_curves(
        "mm/h"
    )
    assert list(curves) == ["1 mm/h", "5 mm/h"]
    assert curves["1 mm/h"]["frequency"][1] == 0.75 and curves["5 mm/h"]["cases"][0] == 4
