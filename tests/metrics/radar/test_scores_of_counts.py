"""Scores of counts: written out by hand, in limits, and where there is none."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.metrics.radar import ContingencyTable, contingency_scores
from st_keras.metrics.radar.scores_of_counts import CONTINGENCY_SCORES
from tests.refusals import refused


def table(*counts):
    return ContingencyTable((1.0,), *(np.array([[float(n)]]) for n in counts))


def of(*counts):
    return {name: float(v[0, 0]) for name, v in contingency_scores(table(*counts)).items()}


def test_by_hand():
    """h 8, m 2, f 4, c 86: n 100, of which 10 observed and 12 forecast."""
    chance = 10 * 12 / 100
    right_by_chance = chance + 90 * 88 / 100
    expected = {
        "csi": 8 / 14,
        "pod": 8 / 10,
        "far": 4 / 12,
        "success_ratio": 8 / 12,
        "frequency_bias": 12 / 10,
        "f1": 16 / 22,
        "hss": (94 - right_by_chance) / (100 - right_by_chance),
        "gss": (8 - chance) / (14 - chance),
        "hk": 8 / 10 - 4 / 90,
        "mcc": (8 * 86 - 4 * 2) / np.sqrt(12 * 10 * 90 * 88),
        "accuracy": 94 / 100,
        "pofd": 4 / 90,
    }
    found = of(8, 2, 4, 86)
    assert list(found) == list(CONTINGENCY_SCORES)
    assert found == pytest.approx(expected, rel=1e-12)


def test_perfect_and_always_wrong():
    perfect, wrong = of(10, 0, 0, 90), of(0, 10, 90, 0)
    ones = {"csi", "pod", "success_ratio", "frequency_bias", "f1", "hss", "gss", "hk", "mcc"}
    assert {n for n, v in perfect.items() if v == 1} == ones | {"accuracy"}
    assert perfect["far"] == perfect["pofd"] == 0
    assert wrong["csi"] == wrong["accuracy"] == 0 and wrong["mcc"] == wrong["hk"] == -1


def test_chance_has_no_skill():
    found = of(2, 8, 18, 72)  # a fifth forecast, independent of the tenth observed
    assert [found[name] for name in ("hss", "gss", "hk", "mcc")] == pytest.approx([0] * 4)


def test_empty_denominators():
    dry, missed, nothing = of(0, 0, 0, 50), of(0, 5, 0, 45), of(0, 0, 0, 0)
    assert {n for n, v in dry.items() if not np.isnan(v)} == {"accuracy", "pofd"}
    assert np.isnan(missed["far"]) and np.isnan(missed["mcc"]) and missed["csi"] == 0
    assert all(np.isnan(v) for v in nothing.values())


counts = st.integers(0, 10**9)


@settings(max_examples=50, deadline=None)
@given(counts, counts, counts, counts)
def test_bounds_and_the_relations_among_them(h, m, f, c):
    found = of(h, m, f, c)
    for name in ("csi", "pod", "far", "success_ratio", "f1", "accuracy", "pofd"):
        assert np.isnan(found[name]) or 0 <= found[name] <= 1
    for name in ("hss", "hk", "mcc"):
        assert np.isnan(found[name]) or -1 - 1e-12 <= found[name] <= 1 + 1e-12
    if h and m + f:
        assert 1 / found["csi"] == pytest.approx(1 / found["pod"] + 1 / found["success_ratio"] - 1)
        assert found["far"] + found["success_ratio"] == pytest.approx(1)


def test_the_same_of_tensors():
    values = np.array([[8.0, 0.0], [2.0, 0.0], [4.0, 0.0], [86.0, 50.0]])
    for name, score in CONTINGENCY_SCORES.items():
        tensors = score(*(keras.ops.convert_to_tensor(v, "float64") for v in values))
        np.testing.assert_allclose(tensors, score(*values), rtol=1e-12, err_msg=name)


def test_names():
    assert list(contingency_scores(table(1, 1, 1, 1), ["far", "csi"])) == ["far", "csi"]
    refused(r"name='ets'.*one of 'csi'", contingency_scores, table(1, 1, 1, 1), ["ets"])
