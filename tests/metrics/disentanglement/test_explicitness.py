import numpy as np
import pytest

from st_keras.metrics.disentanglement import explicitness
from tests.metrics.disentanglement.grid import changed, golden, grid, noise, refuses

FACTORS = grid()
IDEAL = FACTORS * 1.0


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (IDEAL, 1.0),  # every class can be ranked before all others
        (changed(IDEAL), 1.0),
        (np.tile(IDEAL, 2), 1.0),
        (IDEAL @ np.linalg.qr(noise(IDEAL[:3]))[0], 1.0),  # a rotation is as explicit
        (np.zeros((600, 3)), 0.5),  # chance exactly: all rows tie
    ],
    ids=["ideal", "changed", "duplicated", "rotated", "constant"],
)
def test_theory(codes, expected):
    assert float(explicitness(codes, FACTORS)) == pytest.approx(expected, abs=0.005)


def test_useless_and_missing():
    # Chance is 0.5; the standard error of the mean of 12 areas over 200 rows is about 0.015.
    assert float(explicitness(noise(FACTORS), FACTORS)) == pytest.approx(0.5, abs=0.05)
    # Two factors at 1, the third at chance: 2.5 / 3.
    score = explicitness(IDEAL[:, 1:], FACTORS)
    assert float(score) == pytest.approx(2.5 / 3, abs=0.03)
    np.testing.assert_allclose(score.details["test_per_factor"], [0.5, 1.0, 1.0], atol=0.08)


def test_against_scikit_learn_directly():
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    codes, factors, test, _ = golden("partial")
    codes, factors = codes[:1000], factors[:1000]
    score = explicitness(codes, factors, **test)
    x, x_test = ((c - codes.mean(0)) / codes.std(0) for c in (codes, test["test_codes"]))
    expected = []
    for k in range(factors.shape[1]):
        model = LogisticRegression().fit(x, factors[:, k])
        truth = np.eye(factors[:, k].max() + 1)[test["test_factors"][:, k]]
        expected.append(roc_auc_score(truth, model.predict_proba(x_test)))
    np.testing.assert_allclose(score.details["test_per_factor"], expected, atol=1e-9)
    assert float(score) == pytest.approx(np.mean(expected), abs=1e-9)
    assert score.parameters["num_train"] == 1000 and score.parameters["num_test"] == 2000


def test_class_without_test_rows_is_skipped():
    test = {"test_codes": IDEAL[:100], "test_factors": FACTORS[:100].copy()}
    test["test_factors"][:, 0] = np.minimum(test["test_factors"][:, 0], 1)
    test["test_codes"] = test["test_factors"] * 1.0
    assert float(explicitness(IDEAL, FACTORS, **test)) > 0.99


def test_only_unknown_classes_in_the_test_rows():
    test_factors = FACTORS + 10
    score = explicitness(IDEAL, FACTORS, test_codes=IDEAL, test_factors=test_factors)
    assert float(score) == 0.5


def test_a_single_value_in_the_test_rows():
    test = {"test_codes": IDEAL[:20], "test_factors": FACTORS[:20].copy()}
    test["test_factors"][:, 2] = 1
    refuses(
        explicitness, "'size' with a single value in 20 test rows",
        IDEAL, FACTORS, factor_names=["a", "b", "size"], **test,
    )  # fmt: skip


def test_seed_draws_the_test_rows():
    codes = IDEAL + noise(FACTORS)
    first, second, other = (float(explicitness(codes, FACTORS, seed=s)) for s in (1, 1, 2))
    assert first == second != other


def test_extreme_codes_and_left_out():
    factors = np.concatenate([FACTORS, np.ones((600, 1), int)], axis=1)
    score = explicitness(1e29 * IDEAL, factors)
    assert float(score) == pytest.approx(1.0, abs=0.005)
    assert score.details["left_out"] == ["factor_3"] and score.details["converged"] in (True, False)


def test_continuous_factors():
    refuses(explicitness, "continuous.*factor_bins", IDEAL, noise(FACTORS))
    values = noise(FACTORS)
    assert float(explicitness(values, values, factor_bins=3)) > 0.95
