import itertools

import numpy as np
import pytest

from st_keras.metrics.disentanglement import mcc
from tests.metrics.disentanglement.grid import GOLDEN_NAMES, changed, golden, grid, noise, refuses

FACTORS = grid()
IDEAL = FACTORS * 1.0
MIXED = IDEAL @ noise(IDEAL[:3], 5) + noise(FACTORS, 5, seed=3)


@GOLDEN_NAMES
@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_golden(name, method):
    codes, factors, _, scores = golden(name)
    score = mcc(codes, factors, method=method)
    assert float(score) == pytest.approx(scores[f"mcc_{method.capitalize()}"], abs=1e-6)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("padding", ["noise", "none"])
@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (IDEAL, 1.0),
        (changed(IDEAL), 1.0),  # order, sign, scale and offset do not matter
        (np.tile(IDEAL, 2), 1.0),  # nor does a copy
        (IDEAL[:, 1:], 2 / 3),  # fewer latents than factors: one factor gets none
        (IDEAL[:, [1, 1, 2]], 2 / 3),  # the copy has correlation exactly 0 with the first factor
        (np.concatenate([IDEAL[:, 1:], np.ones((600, 1))], 1), 2 / 3),
        (np.zeros((600, 3)), 0.0),
        (np.zeros((600, 5)), 0.0),
        (1e-20 * IDEAL, 1.0),
        (1e28 * IDEAL, 1.0),
    ],
    ids="ideal changed copy missing missing-copy collapsed zero zeros tiny huge".split(),
)
def test_theory(codes, expected, method, padding):
    score = mcc(codes, FACTORS, method=method, padding=padding)
    assert float(score) == pytest.approx(expected, abs=1e-9)


def test_monotonic_functions():
    codes = np.exp(-3 * IDEAL)
    assert float(mcc(codes, FACTORS)) == pytest.approx(1.0)
    assert float(mcc(codes, FACTORS, method="pearson")) < 0.95


def test_useless_codes():
    # The largest of a few correlations of 600 rows, each of standard error 0.04.
    assert float(mcc(noise(FACTORS), FACTORS)) < 0.1


@pytest.mark.parametrize("latents", [2, 3, 5])
@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_assignment_against_all_permutations(latents, method):
    codes = MIXED[:, :latents]
    score = mcc(codes, FACTORS, method=method, padding="none")
    strength = np.abs(score.details["correlation"])  # (latents, factors)
    if latents >= 3:
        choices = itertools.permutations(range(latents), 3)
        best = max(sum(strength[i, k] for k, i in enumerate(choice)) for choice in choices)
    else:
        choices = itertools.permutations(range(3), latents)
        best = max(sum(strength[i, k] for i, k in enumerate(choice)) for choice in choices)
    assert float(score) == pytest.approx(best / 3)


def test_noise_rows_against_all_permutations():
    from scipy.stats import spearmanr

    # The reference: noise rows of RandomState(seed) below the factors, one assignment of all.
    generator = np.random.RandomState(7)
    rows = [*IDEAL.T, generator.normal(size=600), generator.normal(size=600)]
    strength = np.abs([[spearmanr(row, c)[0] for c in MIXED.T] for row in rows])
    best = max(itertools.permutations(range(5)), key=lambda p: sum(strength[range(5), p]))
    score = mcc(MIXED, FACTORS, seed=7)
    assert score.details["permutation"].tolist() == list(best[:3])
    assert float(score) == pytest.approx(np.mean(strength[range(3), best[:3]]))


def test_noise_can_only_cost():
    codes = MIXED + 20 * noise(FACTORS, 5, seed=9)
    exact = float(mcc(codes, FACTORS, padding="none"))
    padded = [float(mcc(codes, FACTORS, seed=s)) for s in range(20)]
    assert max(padded) <= exact + 1e-12 and min(padded) < exact


def test_factors_without_a_latent():
    details = mcc(-IDEAL[:, [2]], FACTORS).details
    assert details["permutation"].tolist() == [-1, -1, 0]
    np.testing.assert_allclose(details["correlation_per_factor"], [0, 0, -1], atol=1e-9)


def test_names_say_the_form():
    assert mcc(IDEAL, FACTORS).name == "mcc"
    assert mcc(IDEAL, FACTORS, method="pearson").name == "mcc[pearson]"
    form = mcc(IDEAL, FACTORS, method="pearson", padding="none")
    assert form.name == "mcc[pearson,no_padding]" and form.parameters["padding"] == "none"


def test_row_order_and_seed():
    order = np.random.default_rng(2).permutation(600)
    exact = [float(mcc(c, f, padding="none")) for c, f in
             ((MIXED, FACTORS), (MIXED[order], FACTORS[order]))]  # fmt: skip
    assert exact[0] == pytest.approx(exact[1], abs=1e-12)
    assert float(mcc(MIXED, FACTORS, seed=3)) == float(mcc(MIXED, FACTORS, seed=3))


def test_continuous_left_out_and_errors():
    values = noise(FACTORS)
    assert float(mcc(values**3, values)) == pytest.approx(1.0)
    factors = np.concatenate([np.ones((600, 1)), values], axis=1)
    score = mcc(values, factors)
    assert float(score) == pytest.approx(1.0) and score.details["left_out"] == ["factor_0"]
    refuses(mcc, "method='kendall'", values, values, method="kendall")
    refuses(mcc, "padding='zeros'", values, values, padding="zeros")
    refuses(mcc, "seed=-1", values, values, seed=-1)
    refuses(mcc, "all constant", values, np.ones((600, 2)))
