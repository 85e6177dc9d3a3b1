"""Each loss on a toy problem whose optimum is known: mean, median, quantile, distribution."""

import numpy as np
import pytest
from scipy import stats

from st_keras.losses import (
    BalancedMAE,
    BalancedMSE,
    CRPSLoss,
    LeadTimeWeights,
    PinballLoss,
    SoftCSI,
)
from tests.losses.optimum import minimum_of

RNG = np.random.default_rng(0)
# Rain at one pixel, as (N, 1): many samples of one distribution, some of them missing.
RAIN = np.float32(RNG.gamma(0.8, 4, (801, 1)))
GAPPY = np.where(RNG.random(RAIN.shape) < 0.2, np.float32(np.nan), RAIN)
HEARD = GAPPY[np.isfinite(GAPPY)].astype("float64")
WEIGHTS = np.float32(RNG.integers(0, 4, len(RAIN)))


def weighted_quantile(values, weights, q):
    order = np.argsort(values)
    shares = np.cumsum(weights[order]) / np.sum(weights)
    return values[order][np.searchsorted(shares, q)]


def balance(values):
    return np.select([values >= 30, values >= 10, values >= 5, values >= 2], [30, 10, 5, 2], 1.0)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_balanced_mse_is_least_at_the_weighted_mean(weights):
    found = minimum_of(BalancedMSE(), GAPPY, [[1.0]], weights, rate=0.3)
    counts = balance(HEARD) * (1 if weights is None else weights[np.isfinite(GAPPY[:, 0])])
    assert found[0, 0] == pytest.approx(np.average(HEARD, weights=counts), rel=1e-3)
    assert found[0, 0] > HEARD.mean() + 1


def test_balanced_mae_is_least_at_the_weighted_median():
    found = minimum_of(BalancedMAE(), GAPPY, [[1.0]], rate=0.3)
    expected = weighted_quantile(HEARD, balance(HEARD), 0.5)
    assert found[0, 0] == pytest.approx(expected, rel=0.01)
    assert found[0, 0] > np.median(HEARD) + 1


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_pinball_is_least_at_the_quantiles(weights):
    quantiles = [0.1, 0.5, 0.9]
    found = minimum_of(PinballLoss(quantiles), GAPPY, [[1.0] * 3], weights, rate=0.3)
    counts = np.ones(len(HEARD)) if weights is None else weights[np.isfinite(GAPPY[:, 0])]
    expected = [weighted_quantile(HEARD, counts, q) for q in quantiles]
    np.testing.assert_allclose(found[0], expected, rtol=0.03)


@pytest.mark.parametrize("name, expected", [("mse", np.mean), ("mae", np.median)])
def test_lead_times_share_one_optimum_by_their_weights(name, expected):
    """One number for two lead times, of which one weighs nothing: the optimum of the other."""
    frames = np.stack([GAPPY, RAIN + 50], axis=1)[:, :, :, None, None]
    loss = LeadTimeWeights(name, [1.0, 0.0])
    start = np.ones((1, 1, 1, 1, 1))
    found = minimum_of(
        lambda t, p, w: loss(t, p + np.zeros((1, 2, 1, 1, 1), "float32"), w), frames, start
    )
    assert found.ravel()[0] == pytest.approx(expected(HEARD), rel=0.01)


def test_gaussian_crps_is_least_at_the_distribution():
    truth = np.float32(stats.norm.ppf((np.arange(400) + 0.5) / 400, 3.0, 2.0))[:, None]
    truth[::7] = np.nan
    found = minimum_of(CRPSLoss("gaussian"), truth, [[0.0, 0.0]], rate=0.2)
    np.testing.assert_allclose([found[0, 0], np.exp(found[0, 1])], [3, 2], rtol=0.02)


def test_ensemble_crps_is_least_at_quantiles_of_the_truth():
    """An ensemble scored as it is has its members at the (2 i - 1) / (2 M) quantiles."""
    found = minimum_of(CRPSLoss(fairness=0.0), GAPPY, [[1.0, 2.0, 3.0, 4.0, 5.0]], rate=0.3)
    expected = np.quantile(HEARD, [0.1, 0.3, 0.5, 0.7, 0.9])
    np.testing.assert_allclose(np.sort(found[0]), expected, rtol=0.05)


def csi_of_events(probabilities, forecast):
    """Expected counts of independent pixels that are forecast or not."""
    hits = np.sum(probabilities[forecast])
    return hits / (probabilities.sum() + np.sum(1 - probabilities[forecast]))


def test_soft_csi_forecasts_what_is_likelier_than_csi_says():
    """The best set of pixels is that with p / (1 - p) > CSI, which NumPy finds by trying all."""
    probabilities = np.array([0.05, 0.2, 0.3, 0.42, 0.6, 0.75, 0.9])
    count = 400
    rain = np.float32(np.arange(count)[:, None] < np.round(probabilities * count)) * 4
    sets = [probabilities >= p for p in probabilities]
    best = max(sets, key=lambda chosen: csi_of_events(probabilities, chosen))
    loss = SoftCSI([1.0, 2.0], width=0.5)
    found = minimum_of(loss, rain, np.full((1, 7), 1.5), steps=300, rate=0.3)[0]
    np.testing.assert_array_equal(found > 2, best)
    np.testing.assert_array_equal(found < 1, ~best)
    share = csi_of_events(probabilities, best)
    np.testing.assert_array_equal(best, probabilities / (1 - probabilities) > share)
    value = float(loss(rain, np.repeat(found[None], count, axis=0)))
    assert value == pytest.approx(1 - share, abs=0.02)
