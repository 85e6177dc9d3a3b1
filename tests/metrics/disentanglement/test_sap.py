import numpy as np
import pytest

from st_keras.metrics.disentanglement import sap
from tests.metrics.disentanglement.grid import GOLDEN_NAMES, changed, golden, grid, noise, refuses

FACTORS = grid()
IDEAL = FACTORS * 1.0
BINARY = grid(40, (2, 2, 2))
SWITCHES = 4.0 * BINARY - 2


@GOLDEN_NAMES
def test_golden(name):
    codes, factors, test, scores = golden(name)
    score = sap(codes[:2000], factors[:2000], **test)
    assert float(score) == pytest.approx(scores["sap"], abs=0.02)
    assert score.parameters["continuous_factors"] is False


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (IDEAL, 1.0),  # squared correlation 1 with its latent, exactly 0 with the others
        (changed(IDEAL), 1.0),
        (np.tile(IDEAL, 2), 0.0),  # the second best is as good
        (IDEAL[:, 1:], 2 / 3),  # one factor of three has no latent
        (np.zeros((600, 3)), 0.0),
        (IDEAL[:, :1], 1 / 3),  # a single latent
        (1e-20 * IDEAL, 1.0),
        (1e28 * IDEAL, 1.0),
    ],
    ids=["ideal", "changed", "duplicated", "missing", "constant", "single", "tiny", "huge"],
)
def test_theory_continuous(codes, expected):
    score = sap(codes, IDEAL, test_codes=codes, test_factors=IDEAL)
    assert float(score) == pytest.approx(expected, abs=1e-9)
    assert score.parameters["continuous_factors"] is True


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (SWITCHES, 0.5),  # accuracy 1 against a coin's 1/2
        (changed(SWITCHES), 0.5),
        (np.tile(SWITCHES, 2), 0.0),
        (SWITCHES[:, 1:], 1 / 3),  # one factor of three is a coin for all latents
        (np.ones((320, 3)), 0.0),
        (SWITCHES[:, :1], 1 / 6),  # a single latent against a constant one
    ],
    ids=["ideal", "changed", "duplicated", "missing", "constant", "single"],
)
def test_theory_discrete(codes, expected):
    # Scored on the rows it was fitted on: a grid, so the coins are exact.
    score = sap(codes, BINARY, test_codes=codes, test_factors=BINARY)
    assert float(score) == pytest.approx(expected, abs=1e-9)


def test_useless_codes():
    assert float(sap(noise(BINARY), BINARY)) < 0.12  # of two coins the better one, 107 test rows
    assert float(sap(noise(IDEAL), IDEAL)) < 0.02


def test_squared_correlation_by_hand():
    codes = IDEAL @ noise(IDEAL[:3])
    expected = [[np.corrcoef(c, f)[0, 1] ** 2 for f in IDEAL.T] for c in codes.T]
    score = sap(codes, IDEAL, test_codes=codes, test_factors=IDEAL)
    np.testing.assert_allclose(score.details["predictability"], expected, atol=1e-12)
    ordered = np.sort(expected, axis=0)
    assert float(score) == pytest.approx(np.mean(ordered[-1] - ordered[-2]))


def test_constant_latent_predicts_the_most_frequent_class():
    # Balanced class weights alone would make it predict one of the rare ones.
    factors = np.repeat([0, 1, 2], [60, 500, 40])[:, None]
    codes = np.tile([[0.0, 5.0, -80.0]], (600, 1))
    score = sap(codes, factors, test_codes=codes, test_factors=factors)
    np.testing.assert_allclose(score.details["predictability"], 500 / 600)


def test_constant_latents_of_any_value_are_equal():
    codes = np.tile([[0.0, 5.0, -80.0]], (600, 1))
    assert float(sap(codes, FACTORS)) == 0.0


def test_details_have_one_row_per_latent():
    assert sap(SWITCHES[:, :1], BINARY).details["predictability"].shape == (1, 3)


def test_type_of_the_factors():
    as_numbers = sap(IDEAL, FACTORS, continuous_factors=True)
    assert float(as_numbers) == float(sap(IDEAL, IDEAL))
    assert as_numbers.parameters["continuous_factors"] is True
    assert sap(IDEAL, IDEAL, factor_bins=3).parameters["continuous_factors"] is False
    refuses(sap, "continuous.*factor_bins", IDEAL, IDEAL, continuous_factors=False)
    refuses(sap, "continuous_factors=True with factor_bins=3", IDEAL, IDEAL,
            continuous_factors=True, factor_bins=3)  # fmt: skip
    refuses(sap, "continuous_factors='yes'", IDEAL, IDEAL, continuous_factors="yes")
    refuses(sap, "factors of type list", IDEAL, [[1.0], [1.0, 2.0]])


def test_seed_and_left_out():
    codes = SWITCHES + 3 * noise(BINARY)
    first, second, other = (float(sap(codes, BINARY, seed=s)) for s in (0, 0, 1))
    assert first == second != other
    factors = np.concatenate([BINARY, np.ones((320, 1), int)], axis=1)
    assert sap(codes, factors).details["left_out"] == ["factor_3"]
