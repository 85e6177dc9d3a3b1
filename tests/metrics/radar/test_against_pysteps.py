"""The same numbers as `pysteps.verification`, where it defines the same thing."""

import numpy as np
import pytest

from st_keras.metrics.radar import (
    contingency,
    contingency_scores,
    crps,
    fraction_sums,
    fss,
    probability_table,
    rain_errors,
    rank_histogram,
)
from tests.metrics.radar.rain_fields import rain_ensemble, rain_pair

pytest.importorskip("pysteps", reason="needs the extra [radar]")
from pysteps.verification import (
    detcatscores,
    detcontscores,
    ensscores,
    probscores,
    spatialscores,
)

THRESHOLDS = (0.5, 1.0, 2.0)
NAMES = {
    "csi": "CSI",
    "pod": "POD",
    "far": "FAR",
    "frequency_bias": "BIAS",
    "f1": "F1",
    "hss": "HSS",
    "gss": "GSS",
    "hk": "HK",
    "mcc": "MCC",
    "accuracy": "ACC",
    "pofd": "FA",
}


@pytest.mark.parametrize("event", [">", ">="])
def test_contingency_scores(event):
    """Theirs is an event above the threshold; of missing values it makes dry ones."""
    truth, forecast = rain_pair(missing=0, height=20)
    scores = contingency_scores(contingency(truth, forecast, THRESHOLDS, event))
    for k, threshold in enumerate(THRESHOLDS):
        above = threshold if event == ">" else threshold - 1e-9
        for lead in range(truth.shape[1]):
            theirs = detcatscores.det_cat_fct(forecast[:, lead], truth[:, lead], above)
            for ours, name in NAMES.items():
                assert scores[ours][lead, k] == pytest.approx(theirs[name], abs=1e-6), name


def test_the_two_events_differ_here():
    truth, forecast = rain_pair(missing=0, height=20)
    hits = [contingency(truth, forecast, 0.5, event).hits.sum() for event in (">", ">=")]
    assert hits[0] < hits[1]


def test_amounts():
    truth, forecast = rain_pair()
    ours = rain_errors(truth, forecast)
    for lead in range(truth.shape[1]):
        pair = np.where(np.isnan(truth[:, lead]), np.nan, forecast[:, lead]), truth[:, lead]
        theirs = detcontscores.det_cont_fct(*pair, ["MAE", "RMSE", "ME"])
        for name, score in (("mae", "MAE"), ("rmse", "RMSE"), ("mean_error", "ME")):
            assert ours[name][lead] == pytest.approx(theirs[score], abs=1e-6)


@pytest.mark.parametrize("scale", [1, 2, 4, 5, 9])
@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_fss(scale, missing):
    truth, forecast = rain_pair(missing=missing, seed=3)
    ours = fss(truth, forecast, THRESHOLDS, scale, definition="pysteps")
    for k, threshold in enumerate(THRESHOLDS):
        for lead in range(truth.shape[1]):
            theirs = spatialscores.fss_init(threshold, scale)
            for window in range(len(truth)):
                fields = (frames[window, lead, ..., 0] for frames in (forecast, truth))
                spatialscores.fss_accum(theirs, *fields)
            assert ours[lead, k, 0] == pytest.approx(spatialscores.fss_compute(theirs), abs=1e-6)


def test_fss_of_the_protocol_is_another_where_pixels_are_missing():
    whole, holes = rain_pair(missing=0), rain_pair(missing=0.2)
    same, other = (
        [fss(*pair, 1.0, 5, definition=d) for d in ("protocol", "pysteps")]
        for pair in (whole, holes)
    )
    np.testing.assert_allclose(*same, atol=1e-12)
    assert (np.abs(other[0] - other[1]) > 1e-3).all()
    # In what is left of the truth, pysteps also counts squares around missing pixels.
    sums = [fraction_sums(*holes, 1.0, 5, definition=d).squares for d in ("protocol", "pysteps")]
    assert (sums[0] < sums[1]).all()


def test_crps():
    """Theirs forgets a part where the truth equals a member, as where both are dry."""
    truth, members = rain_ensemble()
    for moved, same in ((truth + 0.05, True), (truth, False)):
        ours = crps(moved, members)
        for lead in range(truth.shape[1]):
            theirs = probscores.CRPS(np.moveaxis(members[:, :, lead], 1, 0), moved[:, lead])
            if same:
                assert ours[lead] == pytest.approx(theirs, abs=1e-6)
            else:
                assert ours[lead] > theirs + 1e-3


def test_reliability_and_roc():
    """With seven members no probability lies on the edge of a bin, where the two differ."""
    truth, members = rain_ensemble(7, height=16)
    table = probability_table(truth, members, [1.0])
    ours, curve = table.reliability(bins=10), table.roc()
    for lead in range(truth.shape[1]):
        said = (members[:, :, lead] >= 1.0).mean(axis=1)
        theirs = probscores.reldiag_init(1.0, n_bins=10, min_count=1)
        probscores.reldiag_accum(theirs, said, truth[:, lead])
        with np.errstate(invalid="ignore"):
            x, y = probscores.reldiag_compute(theirs)
        np.testing.assert_allclose(ours["probability"][lead, 0], x, atol=1e-6)
        np.testing.assert_allclose(ours["frequency"][lead, 0], y, atol=1e-6)
        # So many thresholds of the probability that all members' steps are told apart.
        *_, area = probscores.ROC_curve(said, truth[:, lead], 1.0, 50, compute_area=True)
        assert curve["area"][lead, 0] == pytest.approx(area, abs=1e-6)


@pytest.mark.parametrize("least", [None, 0.5])
def test_rank_histogram(least):
    """Without equal values the counts are equal; the truth is moved off the members' grid."""
    truth, members = rain_ensemble(6)
    wet = truth > 0
    truth[wet] += 0.05
    truth[~wet & ~np.isnan(truth)] = -0.05
    ours = rank_histogram(truth, members, least)
    for lead in range(truth.shape[1]):
        # Below `least` everything is equal, and a tie is drawn: only what reaches it is compared.
        came = truth[:, lead]
        if least is not None:
            came = np.where(came >= least, came, np.nan)
            ours = rank_histogram(np.where(truth >= least, truth, np.nan), members, least)
        told = np.moveaxis(members[:, :, lead], 1, 0)
        theirs = ensscores.rankhist(told, came, least, normalize=False)
        np.testing.assert_array_equal(ours[lead], theirs)


def test_ties_are_drawn_as_often():
    """Theirs come from NumPy's global generator: equal in the mean of many."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, (1, 1, 100, 100, 1)).astype(float)
    members = rng.integers(0, 2, (1, 4, 1, 100, 100, 1)).astype(float)
    ours = rank_histogram(truth, members)[0] / truth.size
    np.random.seed(0)
    theirs = ensscores.rankhist(np.moveaxis(members[:, :, 0], 1, 0), truth[:, 0])
    np.testing.assert_allclose(ours, theirs, atol=0.02)
    np.testing.assert_allclose(ours, 0.2, atol=0.02)
