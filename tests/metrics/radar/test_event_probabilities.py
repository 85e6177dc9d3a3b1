"""Brier score, reliability and ROC of an ensemble, against what each pixel says."""

import numpy as np
import pytest

from st_keras.metrics.radar import ProbabilityTable, block_bootstrap, probability_table
from tests.metrics.radar.rain_fields import rain_ensemble
from tests.refusals import refused

THRESHOLDS = (0.5, 2.0)


def pixels(truth, members, lead, threshold):
    """Probability and event of all valid pixels of a lead time."""
    valid = ~np.isnan(truth[:, lead])
    said = (members[:, :, lead] >= threshold).mean(axis=1)[valid]
    return said, (truth[:, lead][valid] >= threshold).astype(float)


def test_brier_score():
    truth, members = rain_ensemble()
    table = probability_table(truth, members, THRESHOLDS)
    for lead in range(4):
        for k, threshold in enumerate(THRESHOLDS):
            said, came = pixels(truth, members, lead, threshold)
            assert table.brier()[lead, k] == pytest.approx(np.mean((said - came) ** 2))
            fair = np.mean((said - came) ** 2 - said * (1 - said) / 4)
            assert table.brier(fair=True)[lead, k] == pytest.approx(fair)


@pytest.mark.parametrize("bins", [None, 1, 3, 10])
def test_reliability(bins):
    truth, members = rain_ensemble(10)
    table = probability_table(truth, members, THRESHOLDS)
    found = table.reliability(bins)
    for lead in range(4):
        for k, threshold in enumerate(THRESHOLDS):
            said, came = pixels(truth, members, lead, threshold)
            agree = np.round(10 * said).astype(int)
            if bins is None:
                place = agree
            else:  # the lower bin of a value on an edge, in whole numbers
                place = np.array([max((m * bins + 9) // 10 - 1, 0) for m in agree])
            for b in range(bins or 11):
                here = place == b
                assert found["cases"][lead, k, b] == here.sum()
                if here.any():
                    assert found["probability"][lead, k, b] == pytest.approx(said[here].mean())
                    assert found["frequency"][lead, k, b] == pytest.approx(came[here].mean())
                else:
                    assert np.isnan(found["frequency"][lead, k, b])


def test_a_reliable_ensemble_lies_on_the_diagonal():
    rng = np.random.default_rng(0)
    chance = rng.random((1, 1, 200, 200, 1))
    truth, *members = (rng.random(chance.shape) < chance for _ in range(101))
    found = probability_table(truth, members, 1).reliability(10)
    np.testing.assert_allclose(found["frequency"], found["probability"], atol=0.03)


def test_area_is_the_chance_that_an_event_was_said_to_be_likelier():
    truth, members = rain_ensemble(4, height=8)
    curve = probability_table(truth, members, THRESHOLDS).roc()
    assert curve["pod"].shape == (4, 2, 6)
    assert (np.diff(curve["pod"], axis=-1) >= 0).all()
    for lead in range(4):
        said, came = pixels(truth, members, lead, 0.5)
        with_event, without = said[came == 1], said[came == 0]
        pairs = with_event[:, None] - without
        expected = (pairs > 0).mean() + 0.5 * (pairs == 0).mean()
        assert curve["area"][lead, 0] == pytest.approx(expected)
        assert curve["pod"][lead, 0, 1] == pytest.approx((with_event == 1).mean())


def test_batches_add_up_and_nothing_has_no_score():
    truth, members = rain_ensemble(batch=3)
    truth[:, 1] = np.nan
    whole = probability_table(truth, members, THRESHOLDS)
    parts = probability_table(truth[:1], members[:1], THRESHOLDS) + probability_table(
        truth[1:], members[1:], THRESHOLDS
    )
    np.testing.assert_array_equal(whole.cases, parts.cases)
    np.testing.assert_array_equal(whole.events, parts.events)
    assert np.isnan(whole.brier()[:, 0]).tolist() == [False, True, False, False]
    assert np.isnan(whole.roc()["area"][1]).all()
    fewer = probability_table(truth, members[:, :3], THRESHOLDS)
    refused(r"shapes \(4, 2, 6\) and \(4, 2, 4\).*number of members", lambda: whole + fewer)


def test_an_interval_of_the_brier_score():
    truth, members = rain_ensemble(batch=6)
    table = probability_table(truth, members, THRESHOLDS, by_window=True)
    assert table.cases.shape == (6, 4, 2, 6)
    np.testing.assert_array_equal(
        table.summed().cases, probability_table(truth, members, THRESHOLDS).cases
    )
    found = block_bootstrap(
        {"cases": table.cases, "events": table.events},
        lambda sums: ProbabilityTable(THRESHOLDS, **sums).brier(),
        resamples=50,
    )
    np.testing.assert_allclose(found.value, table.summed().brier())
    assert (found.low < found.value).all() and (found.value < found.high).all()


def test_refusals():
    truth, members = rain_ensemble()
    refused(r"bins=0", probability_table(truth, members, 1.0).reliability, 0)
    refused(r"thresholds=\[\]", probability_table, truth, members, [])
    members[:, 2] = np.nan
    refused(r"NaN in a member where y_true is valid", probability_table, truth, members, 1.0)
