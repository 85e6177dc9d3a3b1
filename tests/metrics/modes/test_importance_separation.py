import itertools

import numpy as np
import pytest

from st_keras.metrics.modes import importance_separation
from tests.metrics.disentanglement.grid import refuses
from tests.metrics.modes.clouds import shuffled

LABELS = np.repeat([0, 1, 2], [10, 20, 5])


def responses(seed=0, slots=4, channels=6):
    return np.random.default_rng(seed).random((35, slots, channels))


def test_by_hand():
    # Slot 0: means 2 and 6, grand mean 4; B = 2 * 4 + 2 * 4 = 16, T = 9 + 1 + 1 + 9 = 20.
    # Slot 1: equal means, B = 0, T = 4.
    x = np.array([[1.0, 0.0], [3.0, 2.0], [5.0, 0.0], [7.0, 2.0]])
    separation = importance_separation(x, ["a", "a", "b", "b"])
    np.testing.assert_allclose(separation.per_slot, [0.8, 0.0], atol=1e-15)
    assert float(separation) == separation.overall == pytest.approx(16 / 24)
    assert separation.chance == pytest.approx(1 / 3)


def test_nothing_but_the_mode():
    x = responses()[:3][LABELS]  # every sequence of a mode has the same response
    separation = importance_separation(x, LABELS)
    np.testing.assert_allclose(separation.per_slot, 1.0)
    assert separation.overall == pytest.approx(1.0) and separation.overall <= 1
    assert (separation.per_slot <= 1).all()


def test_independent_of_the_mode():
    x = np.tile(responses()[:5], (3, 1, 1))  # the same five responses in each mode
    separation = importance_separation(x, np.repeat([0, 1, 2], 5))
    np.testing.assert_allclose(separation.per_slot, 0.0, atol=1e-15)
    assert separation.overall == pytest.approx(0.0, abs=1e-15)


def test_slots_that_never_change():
    x = np.full((35, 2, 3), 0.5)
    separation = importance_separation(x, LABELS)
    assert separation.per_slot.tolist() == [0.0, 0.0] and separation.overall == 0.0
    x[:, 1] = LABELS[:, None]
    separation = importance_separation(x, LABELS)
    assert separation.per_slot.tolist() == pytest.approx([0.0, 1.0])
    assert separation.overall == pytest.approx(1.0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_rounding_is_no_response(dtype):
    # The average over time of the same number, off by some units in the last place per mode.
    step = np.finfo(dtype).eps / 2  # between 0.5 and 1
    x = (0.5 + step * 3 * LABELS[:, None]).astype(dtype)
    assert np.ptp(x) > 0 and importance_separation(x, LABELS).overall == 0.0
    x = (0.5 + step * 40 * LABELS[:, None]).astype(dtype)
    assert importance_separation(x, LABELS).overall == pytest.approx(1.0)


def test_against_the_analysis_of_variance():
    # eta^2 = F (K - 1) / (F (K - 1) + N - K) of the F statistic.
    from scipy.stats import f_oneway

    x = responses(channels=1)[..., 0] + 0.2 * LABELS[:, None] * [1, 0, 2, 3]
    statistic = f_oneway(*(x[LABELS == k] for k in range(3))).statistic
    expected = 2 * statistic / (2 * statistic + 35 - 3)
    np.testing.assert_allclose(importance_separation(x, LABELS).per_slot, expected)


def test_channels_of_a_slot_are_pooled():
    x = responses() + 0.3 * LABELS[:, None, None] * np.arange(4)[:, None]
    separation = importance_separation(x, LABELS)
    total = ((x - x.mean(axis=0)) ** 2).sum(axis=0)  # (S, F)
    within = sum(((x[LABELS == k] - x[LABELS == k].mean(axis=0)) ** 2).sum(axis=0)
                 for k in range(3))  # fmt: skip
    np.testing.assert_allclose(separation.per_slot, 1 - within.sum(1) / total.sum(1))
    assert separation.overall == pytest.approx(1 - within.sum() / total.sum())
    assert (np.diff(separation.per_slot) > 0).all()


def test_columns_are_slots_of_one_channel():
    x = responses(channels=1)
    one, other = importance_separation(x, LABELS), importance_separation(x[..., 0], LABELS)
    assert (one.per_slot == other.per_slot).all() and one.overall == other.overall


def test_chance_is_the_mean_over_all_deals_of_the_labels():
    x = np.random.default_rng(0).random((6, 2, 3))
    deals = set(itertools.permutations([0, 0, 0, 1, 1, 2]))
    found = [importance_separation(x, deal) for deal in deals]
    assert len(found) == 60
    assert np.mean([s.overall for s in found]) == pytest.approx(found[0].chance)
    np.testing.assert_allclose(np.mean([s.per_slot for s in found], axis=0), 2 / 5)


def test_invariances():
    x = responses() + 0.3 * LABELS[:, None, None] * np.arange(4)[:, None]
    one = importance_separation(x, LABELS)
    for other in (
        importance_separation(*shuffled(x, LABELS)),
        importance_separation(x, np.array(["c", "a", "b"])[LABELS]),
        importance_separation(-9 * x + 100, LABELS),
    ):
        np.testing.assert_allclose(other.per_slot, one.per_slot)
        assert other.overall == pytest.approx(one.overall)
    turned = importance_separation(x[:, [2, 0, 3, 1]], LABELS)
    np.testing.assert_allclose(turned.per_slot, one.per_slot[[2, 0, 3, 1]])
    assert turned.overall == pytest.approx(one.overall)


def test_integers():
    separation = importance_separation([[0, 10**6], [1, 10**6 + 1]] * 3, [0, 1] * 3)
    assert separation.per_slot.tolist() == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize(
    ("importances", "labels", "message"),
    [
        (responses()[:, 0, 0], LABELS, r"importances of shape \(35,\), rank 1"),
        (responses()[None], LABELS, r"importances of shape \(1, 35, 4, 6\), rank 4"),
        (responses()[:1], [0], r"shape \(1, 4, 6\).*at least 2 rows"),
        (responses()[..., :0], LABELS, r"importances of shape \(35, 4, 0\), empty"),
        (responses()[:, :0, 0], LABELS, r"importances of shape \(35, 0\).*1 column"),
        (responses() * np.nan, LABELS, r"importances with 840 values that are NaN"),
        ([[0.1], [0.1, 0.2]], [0, 1], r"importances of type list. Required: an array of numbers"),
        ([["a"], ["b"]], [0, 1], r"importances of type list, dtype <U1"),
        (responses(), LABELS[:4], r"labels of type ndarray, shape \(4,\)"),
        (responses(), LABELS * 0, r"35 of mode 0. Required: at least 2 modes"),
        (responses(), np.arange(35), r"35 modes for 35 sequences"),
    ],
)
def test_errors(importances, labels, message):
    refuses(importance_separation, message, importances, labels)
