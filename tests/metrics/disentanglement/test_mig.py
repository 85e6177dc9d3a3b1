import numpy as np
import pytest

from st_keras.metrics.disentanglement import mig
from st_keras.metrics.disentanglement.mig import top_two_gap
from tests.metrics.disentanglement.grid import GOLDEN_NAMES, changed, golden, grid, noise, refuses

FACTORS = grid()
IDEAL = FACTORS * 1.0


@GOLDEN_NAMES
def test_golden(name):
    codes, factors, _, scores = golden(name)
    assert float(mig(codes, factors)) == pytest.approx(scores["mig"], abs=1e-6)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (IDEAL, 1.0),  # each factor's whole entropy in one latent, nothing in the others
        (changed(IDEAL), 1.0),  # order, sign, scale and offset do not matter
        (np.tile(IDEAL, 2), 0.0),  # the second latent tells as much as the first
        (IDEAL[:, 1:], 2 / 3),  # one factor of three is not represented
        (np.concatenate([IDEAL, np.ones((600, 2))], 1), 1.0),  # collapsed latents cost nothing
        (np.zeros((600, 3)), 0.0),
        (IDEAL[:, :1], 1 / 3),  # a single latent
    ],
    ids=["ideal", "changed", "duplicated", "missing", "collapsed", "constant", "single"],
)
def test_theory(codes, expected):
    assert float(mig(codes, FACTORS)) == pytest.approx(expected, abs=1e-9)


def test_entangled_pair_by_hand():
    # Both latents tell the first factor (ln 3), the second one also the second factor (ln 4): the
    # gaps are 0 for the first, all for the second, 0 for the third.
    codes = np.stack([IDEAL[:, 0], 4 * IDEAL[:, 0] + IDEAL[:, 1]], axis=1)
    np.testing.assert_allclose(mig(codes, FACTORS).details["gap_per_factor"], [0, 1, 0], atol=1e-9)


def test_useless_codes():
    # Plug-in estimates of nothing are about (bins - 1)(classes - 1) / (2 N): a few hundredths.
    assert 0 <= float(mig(noise(FACTORS), FACTORS)) < 0.03


def test_row_order_does_not_matter():
    codes = IDEAL @ noise(IDEAL[:3])
    order = np.random.default_rng(2).permutation(600)
    assert float(mig(codes, FACTORS)) == float(mig(codes[order], FACTORS[order]))


def test_continuous_factors_need_bins():
    factors = noise(FACTORS)
    refuses(mig, "continuous.*factor_bins=20", factors, factors)
    # Eight equally full bins against twenty of equal width: most of the entropy is found.
    score = mig(factors, factors, factor_bins=8)
    assert float(score) > 0.6 and score.parameters["factor_bins"] == 8
    np.testing.assert_allclose(score.details["entropy"], np.log(8), atol=1e-3)


def test_constant_factor_is_left_out():
    factors = np.concatenate([FACTORS, np.ones((600, 1), int)], axis=1)
    score = mig(IDEAL, factors, factor_names=["a", "b", "c", "d"])
    assert float(score) == pytest.approx(1.0)
    assert score.details["factors"] == ["a", "b", "c"] and score.details["left_out"] == ["d"]
    refuses(mig, "all constant", IDEAL, factors[:, 3:])


def test_parameters():
    parameters = mig(IDEAL, FACTORS, bins=10).parameters
    assert parameters["bins"] == 10 and parameters["num_samples"] == 600
    assert set(parameters["versions"]) == {"numpy", "scikit-learn", "scipy"}
    refuses(mig, "bins=1.*at least 2", IDEAL, FACTORS, bins=1)
    refuses(mig, "seed=-1", IDEAL, FACTORS, seed=-1)


def test_top_two_gap():
    assert top_two_gap(np.array([[0.5, 0.25]])).tolist() == [0.5, 0.25]
    matrix = np.array([[0.1, 0.9], [0.9, 0.9], [0.4, 0.1]])
    np.testing.assert_allclose(top_two_gap(matrix), [0.5, 0.0])
    assert matrix[0, 0] == 0.1
