import numpy as np
import pytest

from st_keras.metrics.disentanglement import modularity
from tests.metrics.disentanglement.grid import GOLDEN_NAMES, changed, golden, grid, noise, refuses

FACTORS = grid()
IDEAL = FACTORS * 1.0


@GOLDEN_NAMES
def test_golden(name):
    codes, factors, _, scores = golden(name)
    assert float(modularity(codes, factors)) == pytest.approx(scores["modularity"], abs=1e-6)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (IDEAL, 1.0),  # each latent tells of one factor
        (changed(IDEAL), 1.0),
        (np.tile(IDEAL, 2), 1.0),  # modularity does not mind a second latent for a factor
        (IDEAL[:, 1:], 1.0),  # nor a factor without a latent
        (
            np.concatenate([IDEAL[:, 1:], np.ones((600, 1))], 1),
            2 / 3,
        ),  # a latent that tells nothing
        (np.zeros((600, 3)), 0.0),
    ],
    ids=["ideal", "changed", "duplicated", "missing", "collapsed", "constant"],
)
def test_theory(codes, expected):
    assert float(modularity(codes, FACTORS)) == pytest.approx(expected, abs=1e-9)


def test_entangled_latent_by_hand():
    # One latent with 3 * 4 values tells ln 3 of the first factor and ln 4 of the second:
    # 1 - (ln 3)^2 / ((ln 4)^2 * (3 - 1)).
    codes = 4 * IDEAL[:, :1] + IDEAL[:, 1:2]
    expected = 1 - np.log(3) ** 2 / (2 * np.log(4) ** 2)
    assert float(modularity(codes, FACTORS)) == pytest.approx(expected, abs=1e-9)


def test_useless_codes_are_not_zero():
    # A known weakness: noise has small but unequal estimates of mutual information, and the score
    # compares them with each other. It must stay below ideal and be defined.
    score = modularity(noise(FACTORS), FACTORS)
    assert 0.0 < float(score) < 0.9
    assert score.details["mutual_information"].max() < 0.1


def test_one_factor():
    codes = np.concatenate([IDEAL, np.ones((600, 1))], axis=1)[:, [0, 3]]
    assert modularity(codes, FACTORS[:, :1]).details["modularity_per_latent"].tolist() == [1.0, 0.0]


def test_constant_factor_does_not_count():
    factors = np.concatenate([FACTORS, np.ones((600, 1), int)], axis=1)
    codes = IDEAL @ noise(IDEAL[:3])
    score = modularity(codes, factors)
    assert float(score) == float(modularity(codes, FACTORS))
    assert score.details["left_out"] == ["factor_3"]


def test_row_order_does_not_matter():
    codes = IDEAL @ noise(IDEAL[:3])
    order = np.random.default_rng(2).permutation(600)
    assert float(modularity(codes, FACTORS)) == float(modularity(codes[order], FACTORS[order]))


def test_options():
    refuses(modularity, "bins=0", IDEAL, FACTORS, bins=0)
    refuses(modularity, "seed=-1", IDEAL, FACTORS, seed=-1)
    refuses(modularity, "continuous.*factor_bins", IDEAL, IDEAL + 0.5)
    assert float(modularity(IDEAL, IDEAL, factor_bins=5)) == pytest.approx(1.0)
