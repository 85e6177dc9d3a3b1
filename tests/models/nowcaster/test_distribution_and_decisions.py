"""The distribution between thresholds, and the cuts, against plain NumPy."""

import numpy as np
import pytest
from keras import ops

from st_keras.metrics.radar import CSI
from st_keras.models.nowcaster.cuts import Cuts
from st_keras.models.nowcaster.decisions import cut_field, decide
from st_keras.models.nowcaster.nowcast_loss import ThresholdLoss
from st_keras.models.nowcaster.rain_distribution import (
    exceedance_at,
    mean_rate,
    ordered,
    quantile_rates,
)
from st_keras.models.nowcaster.rain_tail import tail_exponent

THRESHOLDS = (0.1, 0.5, 1.0, 2.0, 5.0)


def probabilities(seed=0, size=(1, 2, 12, 10)):
    numbers = np.random.default_rng(seed).beta(0.5, 1.0, (*size, len(THRESHOLDS)))
    return ops.convert_to_tensor(np.sort(numbers)[..., ::-1].astype("float32"))


def numpy_of(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("tail", [3.0, 5.0])
def test_the_mean_is_the_integral_of_the_exceedance(tail):
    p = probabilities(size=(1, 1, 2, 2))
    rates = np.geomspace(1e-3, 3e3, 60_000)
    curve = np.stack([numpy_of(exceedance_at(p, THRESHOLDS, float(r), tail)) for r in rates[::200]])
    integral = np.trapezoid(curve, rates[::200], axis=0) + curve[0] * rates[0]
    np.testing.assert_allclose(numpy_of(mean_rate(p, THRESHOLDS, tail)), integral, rtol=5e-3)


def test_the_tail_is_that_of_the_context():
    rng = np.random.default_rng(0)
    context = np.zeros((4, 3, 64, 64, 1), "float32")
    for i, exponent in enumerate((1.5, 3.0, 9.0)):
        context[i] = 5 * (1 + rng.pareto(exponent, context[i].shape))
    context[0, :, :9] = np.nan
    found = numpy_of(tail_exponent(context))
    np.testing.assert_allclose(found, [3.0, 6.0, 8.0, 3.0], rtol=0.05)


@pytest.mark.parametrize("level", [0.05, 0.3, 0.9])
def test_quantile_and_exceedance_are_inverse(level):
    p = probabilities()
    rates = numpy_of(quantile_rates(p, THRESHOLDS, ops.convert_to_tensor(level)))
    for place in zip(*np.nonzero(rates > 0.11), strict=True):
        found = float(exceedance_at(p[place], THRESHOLDS, float(rates[place])))
        assert found == pytest.approx(level, abs=1e-4)


def test_ordered_is_the_smallest_so_far():
    numbers = np.random.default_rng(0).random((3, 7, 4)).astype("float32")
    np.testing.assert_array_equal(
        numpy_of(ordered(ops.convert_to_tensor(numbers))), np.minimum.accumulate(numbers, -1)
    )


def test_csi_cuts_are_the_best_of_all_cuts():
    p = probabilities()
    found = numpy_of(Cuts(p, ops.ones((1, 1, 12, 10, 1))).csi(0.0))[0, :, 0, 0]
    for lead in range(2):
        for k in range(len(THRESHOLDS)):
            each = numpy_of(p)[0, lead, ::2, :, k].ravel()  # the rows that are looked at

            def csi(cut, each=each):
                said = each >= cut
                return each[said].sum() / (each.sum() + (1 - each[said]).sum())

            best = max(csi(cut) for cut in each)
            if best / (1 + best) < 0.6:
                assert csi(found[lead, k]) == pytest.approx(best, rel=5e-3)


@pytest.mark.parametrize("ratio", [1.0, 1.5])
def test_area_cuts_leave_the_expected_area(ratio):
    p = probabilities(size=(1, 2, 64, 64))
    cuts = Cuts(p, ops.ones((1, 1, 64, 64, 1))).area(ratio)
    area = numpy_of(p >= cuts).mean((2, 3))
    wanted = np.minimum(ratio * numpy_of(p).mean((2, 3)), 1.0)
    np.testing.assert_allclose(area, wanted, atol=0.02)


def test_pixels_that_do_not_count_change_no_cut():
    p = numpy_of(probabilities())
    valid = np.ones((1, 1, 12, 10, 1), "float32")
    valid[:, :, :3] = 0.0
    other = p.copy()
    other[:, :, :3] = 1.0
    one, two = (Cuts(ops.convert_to_tensor(each), valid) for each in (p, other))
    np.testing.assert_array_equal(numpy_of(one.csi(0.1)), numpy_of(two.csi(0.1)))
    np.testing.assert_array_equal(numpy_of(one.area()), numpy_of(two.area()))


def test_a_field_exceeds_a_threshold_where_the_cut_says():
    p = probabilities()
    cuts = ops.full((1, 2, 1, 1, len(THRESHOLDS)), 0.4)
    field = numpy_of(cut_field(p, THRESHOLDS, cuts))
    for k, threshold in enumerate(THRESHOLDS):
        np.testing.assert_array_equal(
            field >= threshold * (1 - 1e-5), numpy_of(p)[..., k] >= np.float32(0.4)
        )


def test_the_decision_csi_has_the_best_csi_where_the_probabilities_are_right():
    rng = np.random.default_rng(0)
    p = probabilities(size=(1, 1, 96, 96))
    level = rng.random((1, 1, 96, 96)).astype("float32")
    truth = numpy_of(quantile_rates(p, THRESHOLDS, ops.convert_to_tensor(level)))[..., None]
    valid = ops.ones((1, 1, 96, 96, 1))
    scores = {}
    for name in ("csi", "median", "mean"):
        metric = CSI(thresholds=(1.0, 2.0))
        metric.update_state(truth, decide(p, THRESHOLDS, valid, name, 9.0, 0.0)[..., None])
        scores[name] = float(metric.result())
    assert scores["csi"] >= max(scores.values()) - 0.005


def test_loss_and_crps_are_those_of_numpy():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (2, 3, 4, 5, 5)).astype("float32")
    rates = rng.gamma(0.5, 3.0, (2, 3, 4, 5)).astype("float32")
    rates[0, :, 0] = np.nan
    weights = (1.0, 2.0, 3.0, 1.0, 0.5)
    loss = ThresholdLoss(THRESHOLDS, weights)
    valid, p = ~np.isnan(rates), 1 / (1 + np.exp(-logits.astype("float64")))
    events = np.nan_to_num(rates)[..., None] >= np.float32(THRESHOLDS)
    entropy = -np.where(events, np.log(p), np.log1p(-p)) @ np.array(weights) / 5
    part, mean, count = (float(each) for each in loss(rates, logits))
    assert part == mean == pytest.approx(entropy[valid].mean(), rel=1e-5)
    assert count == valid.sum()
    steps = np.concatenate([[0.0], THRESHOLDS])
    squares = (p - events) ** 2
    squares = np.concatenate([squares[..., :1], squares], -1)
    crps = np.trapezoid(squares, steps, axis=-1)
    assert float(loss.crps(rates, p.astype("float32"))[1]) == pytest.approx(
        crps[valid].mean(), rel=1e-5
    )
