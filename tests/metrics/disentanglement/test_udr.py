import numpy as np
import pytest

from st_keras.metrics.disentanglement import udr
from st_keras.metrics.disentanglement.udr import _lasso, one_to_one
from tests.refusals import refused

Z = np.random.default_rng(0).normal(size=(3000, 3))
ROTATION = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))[0]
SAME = [Z, -Z[:, [2, 0, 1]], 5 * Z + 3]
ONES = np.ones(3)
METHODS = pytest.mark.parametrize("method", ["lasso", "spearman"])


def refuses(match, *arguments, **options):
    assert refused(match, udr, *arguments, **options).startswith("udr: received ")


@METHODS
def test_same_latents_up_to_order_sign_and_scale(method):
    score = udr(SAME, [ONES] * 3, method=method)
    # Spearman 1 with the twin, 0 +- 0.02 with the two others. The Lasso's penalty of 0.1 shrinks
    # the coefficient 1 to 0.9 and the others to 0: 0.9^2 / 0.9.
    expected = 0.9 if method == "lasso" else 1.0
    np.testing.assert_allclose(score.details["model_scores"], expected, atol=0.05)
    assert float(score) == score.details["model_scores"].max()


@METHODS
def test_the_entangled_model_is_ranked_last(method):
    models = [SAME[0], Z @ ROTATION, SAME[1], SAME[2]]
    score = udr(models, [ONES] * 4, method=method)
    assert np.argmin(score.details["model_scores"]) == 1
    assert score.details["best_model"] != 1
    assert score.details["model_scores"][1] < 0.75 * float(score)


@METHODS
def test_latents_without_information_are_left_out(method):
    noisy = [np.concatenate([z, np.random.default_rng(k).normal(size=(3000, 4))], axis=1)
             for k, z in enumerate(SAME)]  # fmt: skip
    kl = np.array([1, 1, 1, 0.01, 0.001, 0, 0.0099])
    left_out = udr(noisy, [kl] * 3, method=method)
    same = udr(SAME, [ONES] * 3, method=method)
    np.testing.assert_allclose(left_out.details["pair_scores"], same.details["pair_scores"])
    assert left_out.details["num_active"].tolist() == [3, 3, 3]
    everything = udr(noisy, [np.ones(7)] * 3, method=method)
    assert float(everything) < float(same) - 0.2


@METHODS
def test_degenerate_models(method):
    constant = np.ones((3000, 2))
    score = udr([Z, constant, -Z], [ONES, np.ones(2), np.zeros(3)], method=method)
    # Nothing to compare: a constant model, a model without informative latents.
    assert (score.details["pair_scores"] == 0).all() and float(score) == 0.0
    assert score.details["num_active"].tolist() == [3, 2, 0]
    assert float(udr([Z[:, :1], 2 * Z], [np.ones(1), ONES], method=method)) > 0.4


def test_model_score_is_the_median_over_partners():
    score = udr([*SAME, Z @ ROTATION], [ONES] * 4)
    pairs = score.details["pair_scores"]
    assert (np.diag(pairs) == 0).all()
    expected = [np.median([pairs[i, j] for i in range(4) if i != j]) for j in range(4)]
    np.testing.assert_allclose(score.details["model_scores"], expected)


def test_one_to_one_by_hand():
    strength = np.array([[0.8, 0.2], [0.0, 0.5], [0.0, 0.0]])
    columns = (0.8**2 / 0.8 + 0.5**2 / 0.7) / 2
    rows = (0.8**2 / 1.0 + 0.5**2 / 0.5 + 0.0) / 3
    assert one_to_one(strength) == pytest.approx((columns + rows) / 2)


def test_lasso_has_one_row_per_predictor():
    targets = np.stack([2 * Z[:, 1], 0.5 * Z[:, 2]], axis=1)
    strength = _lasso(Z, targets, 0.1)
    assert strength.shape == (3, 2)
    assert strength.argmax(axis=0).tolist() == [1, 2]
    assert _lasso(Z, targets[:, :1], 0.1).shape == (3, 1)


def test_names_and_parameters():
    assert udr(SAME, [ONES] * 3).name == "udr"
    score = udr(SAME, [ONES] * 3, method="spearman")
    assert score.name == "udr[spearman]" and score.parameters["alpha"] is None
    assert score.parameters["num_models"] == 3 and score.parameters["kl_threshold"] == 0.01


def test_errors_have_three_parts():
    refuses("codes of type list with 1 models.*several seeds", SAME[:1], [ONES])
    refuses("codes of type ndarray", Z, [ONES])
    refuses(r"codes\[1\] with 9000 values", [Z, Z * np.nan], [ONES] * 2)
    refuses(r"\[3000, 2000\] rows.*same images", [Z, Z[:2000]], [ONES] * 2)
    refuses("kl_per_model of 1 entries for 2 models", SAME[:2], [ONES])
    refuses(r"kl_per_model\[1\] of shape \(2,\) for 3 latents", SAME[:2], [ONES, np.ones(2)])
    refuses(r"kl_per_model\[0\].*some NaN", SAME[:2], [ONES * np.nan, ONES])
    refuses("method='pca'", SAME[:2], [ONES] * 2, method="pca")
    refuses("kl_threshold=-1", SAME[:2], [ONES] * 2, kl_threshold=-1)
    refuses("alpha=0", SAME[:2], [ONES] * 2, alpha=0)
    refuses("seed=-1", SAME[:2], [ONES] * 2, seed=-1)
