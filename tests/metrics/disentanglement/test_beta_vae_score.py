import numpy as np
import pytest

from st_keras.metrics.disentanglement import beta_vae_score
from st_keras.metrics.disentanglement.beta_vae_score import _points
from st_keras.metrics.disentanglement.shared_factor_rows import SharedFactorRows
from tests.metrics.disentanglement.grid import changed, grid, noise, refuses

FACTORS = grid()
IDEAL = FACTORS * 1.0


def score(codes, factors=FACTORS, **options):
    return beta_vae_score(codes, factors, **{"num_train": 1000, "num_eval": 500, **options})


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (IDEAL, 1.0),  # the difference in the shared factor's latent is 0
        (changed(IDEAL), 1.0),
        (np.tile(IDEAL, 2), 1.0),
        (IDEAL[:, 1:], 1.0),  # if none of the two is shared, it was the third
        (IDEAL[:, :1], 2 / 3),  # one is told, of the other two half are guessed
        (np.ones((600, 3)), 1 / 3),  # chance
        (noise(FACTORS), 1 / 3),
    ],
    ids=["ideal", "changed", "duplicated", "missing", "single", "constant", "useless"],
)
def test_theory(codes, expected):
    # Standard error of 500 guesses: 0.021.
    assert float(score(codes)) == pytest.approx(expected, abs=0.08 if expected < 1 else 0.01)


def test_points_are_mean_absolute_differences():
    rows = SharedFactorRows(FACTORS)
    x, shared = _points(IDEAL, rows, 600, 64, np.random.default_rng(0))
    for k in range(3):
        assert (x[shared == k, k] == 0).all() and (np.delete(x[shared == k], k, 1) > 0).all()
    # Mean of |i - j| of two independent values of n: (n^2 - 1) / (3 n), here 15 / 12 for n = 4.
    assert x[shared != 1, 1].mean() == pytest.approx(15 / 12, abs=0.03)


def test_points_are_scored_anew():
    # As many latents as training points: they can be told apart by heart.
    result = score(3 * noise(FACTORS, 50), num_train=50, batch_size=1)
    assert result.details["train_accuracy"] > 0.95
    assert float(result) == pytest.approx(1 / 3, abs=0.1)


def test_details_and_parameters():
    result = score(IDEAL)
    assert result.details["chance"] == pytest.approx(1 / 3)
    assert 0.99 <= result.details["train_accuracy"] <= 1
    published = beta_vae_score.__kwdefaults__
    assert [published[k] for k in ("batch_size", "num_train", "num_eval")] == [64, 10_000, 5_000]
    assert result.parameters["num_train"] == 1000


def test_seed():
    codes = IDEAL + 3 * noise(FACTORS)
    first, second, other = (float(score(codes, seed=s, batch_size=2)) for s in (0, 0, 1))
    assert first == second != other


def test_left_out_factor_is_not_asked_for():
    factors = np.concatenate([FACTORS[:, :2], np.ones((600, 1), int)], axis=1)
    result = score(IDEAL[:, :1], factors)
    assert result.details["left_out"] == ["factor_2"] and result.details["chance"] == 0.5
    assert float(result) > 0.98


def test_scale_of_the_codes_gives_no_warning():
    for scale in (1e-25, 1e28):
        assert 0 <= float(score(scale * IDEAL)) <= 1


def test_continuous_factors():
    values = noise(FACTORS)
    refuses(beta_vae_score, "continuous.*factor_bins", values, values)
    assert float(score(values, values, factor_bins=8)) > 0.95


def test_errors_have_three_parts():
    for name in ("batch_size", "num_train", "num_eval", "seed"):
        refuses(beta_vae_score, f"{name}=-1", IDEAL, FACTORS, **{name: -1})
    refuses(beta_vae_score, r"\('factor_0',\) as the only.*two factors", IDEAL, FACTORS[:, :1])
