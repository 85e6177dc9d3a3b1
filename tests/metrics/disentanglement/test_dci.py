import numpy as np
import pytest

from st_keras.metrics.disentanglement import dci
from st_keras.metrics.disentanglement.dci import ESTIMATORS, _weighted, one_minus_entropy
from tests.metrics.disentanglement.grid import (
    SIZES,
    changed,
    golden,
    grid,
    noise,
    refuses,
)

FACTORS = grid(5)
IDEAL = FACTORS * 1.0


def forest(codes, factors=FACTORS, **options):
    return dci(codes, factors, estimator="extra_trees", **options)


def test_golden():
    # One of the three files, since boosting takes long: the one whose scores are neither near 0 nor
    # near 1. The reference breaks ties without a seed.
    codes, factors, test, scores = golden("partial")
    score = dci(codes[:2000], factors[:2000], **test)
    assert score.name == "dci"
    assert float(score) == pytest.approx(scores["dci"]["disentanglement"], abs=0.02)
    for part in ("completeness", "informativeness_train", "informativeness_test"):
        assert score.details[part] == pytest.approx(scores["dci"][part], abs=0.02)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_ideal_codes(estimator):
    # One latent per factor and the reverse: all entropies are 0, all predictions right.
    score = dci(changed(IDEAL), FACTORS, estimator=estimator)
    assert score.name == ("dci" if estimator == "gradient_boosting" else f"dci[{estimator}]")
    assert float(score) == pytest.approx(1.0, abs=0.01)
    assert score.details["completeness"] == pytest.approx(1.0, abs=0.01)
    assert score.details["informativeness_test"] == 1.0
    assert score.details["importance"].argmax(axis=0).tolist() == [1, 2, 0]


def test_duplicated_codes():
    # Each latent serves one factor; each factor is spread over two of six latents: with equal
    # shares completeness is 1 - log 2 / log 6 = 0.61.
    score = forest(np.tile(IDEAL, 2))
    assert float(score) == pytest.approx(1.0, abs=0.02)
    assert score.details["completeness"] == pytest.approx(1 - np.log(2) / np.log(6), abs=0.03)


def test_useless_codes():
    # Every latent serves every factor alike, and predictions are at chance: (1/3 + 1/4 + 1/5) / 3.
    score = forest(noise(FACTORS))
    assert float(score) < 0.1 and score.details["completeness"] < 0.1
    assert score.details["informativeness_test"] == pytest.approx(0.261, abs=0.08)


def test_missing_factor():
    # Two factors are told rightly, the third by chance, 1/3. Drawn, not a grid: in a grid what is
    # frequent in the training rows is rare in the test rows. Standard error 0.02.
    factors = np.random.default_rng(0).integers(0, SIZES, (1500, 3))
    score = forest(factors[:, 1:] * 1.0, factors)
    np.testing.assert_allclose(score.details["accuracy_per_factor"], [1 / 3, 1, 1], atol=0.08)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_constant_codes(estimator):
    score = dci(np.ones((300, 3)), FACTORS, estimator=estimator)
    assert float(score) == pytest.approx(0.0, abs=1e-9)
    assert score.details["completeness"] == pytest.approx(0.0, abs=1e-9)
    assert (score.details["importance"] == 0).all()


def test_one_latent_and_one_factor():
    # A single factor cannot be mixed with others, a single latent cannot share a factor.
    assert float(forest(IDEAL, FACTORS[:, :1])) == 1.0
    score = forest(IDEAL[:, :1])
    assert score.details["completeness"] == 1.0
    constant = forest(np.ones((300, 1)), FACTORS[:, :1])
    assert float(constant) == constant.details["completeness"] == 0.0


def test_one_minus_entropy_by_hand():
    matrix = np.array([[0.5, 0.25, 0.25], [0.0, 2.0, 0.0]])
    expected = 1 - (0.5 * np.log(2) + 0.5 * np.log(4)) / np.log(3)
    np.testing.assert_allclose(one_minus_entropy(matrix), [expected, 1.0], atol=1e-9)
    assert _weighted(np.array([0.0, 1.0]), matrix) == pytest.approx(2 / 3)
    assert _weighted(np.array([0.0, 1.0]), np.zeros((2, 3))) == 0.5


def test_progress():
    seen = []
    forest(IDEAL, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_seed():
    codes = IDEAL + 0.5 * noise(FACTORS)
    first, second, other = (forest(codes, seed=s) for s in (0, 0, 1))
    np.testing.assert_array_equal(first.details["importance"], second.details["importance"])
    assert float(first) != float(other)
    assert first.parameters["seed"] == 0 and first.parameters["estimator"] == "extra_trees"


def test_left_out_continuous_and_errors():
    factors = np.concatenate([FACTORS, np.ones((300, 1), int)], axis=1)
    assert forest(IDEAL, factors).details["left_out"] == ["factor_3"]
    refuses(dci, "continuous.*factor_bins", IDEAL, noise(FACTORS))
    values = noise(FACTORS)
    assert float(forest(values, values, factor_bins=4)) > 0.8
    refuses(dci, "estimator='lasso'.*'gradient_boosting'", IDEAL, FACTORS, estimator="lasso")
    assert 0 <= float(forest(1e29 * IDEAL)) <= 1
