import numpy as np
import pytest

from st_keras.metrics.disentanglement import factor_vae_score
from tests.metrics.disentanglement.grid import changed, grid, noise, refuses

FACTORS = grid()
IDEAL = FACTORS * 1.0


def score(codes, factors=FACTORS, **options):
    return factor_vae_score(codes, factors, **{"num_train": 1000, "num_eval": 500, **options})


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (IDEAL, 1.0),  # the latent of the fixed factor does not vary at all
        (changed(IDEAL), 1.0),
        (np.tile(IDEAL, 2), 1.0),
        (IDEAL[:, 1:], 2 / 3),  # votes for the missing factor go to latents of the others
        (IDEAL[:, :1], 1 / 3),  # a single latent stands for a single factor
        (noise(FACTORS), 1 / 3),  # chance
        (np.concatenate([IDEAL, np.ones((600, 2))], 1), 1.0),  # collapsed latents do not vote
        (np.concatenate([IDEAL, 0.01 * noise(FACTORS)], 1), 1.0),  # nor those below prune_std
    ],
    ids=["ideal", "changed", "duplicated", "missing", "single", "useless", "collapsed", "quiet"],
)
def test_theory(codes, expected):
    # Standard error of 500 guesses: 0.021.
    assert float(score(codes)) == pytest.approx(expected, abs=0.08 if expected < 1 else 1e-9)


@pytest.mark.parametrize("codes", [np.ones((600, 3)), 0.01 * IDEAL], ids=["constant", "quiet"])
def test_all_latents_pruned(codes):
    result = score(codes)
    assert float(result) == 0.0 and not result.details["active"].any()
    assert (result.details["votes"] == 0).all()


def test_constant_latents_never_vote():
    codes = np.concatenate([np.ones((600, 1)), 0.01 * IDEAL], axis=1)
    result = score(codes, prune_std=0)
    assert float(result) == 1.0 and result.details["active"].tolist() == [False, True, True, True]


def test_votes():
    result = score(IDEAL[:, [2, 0, 1]])
    votes = result.details["votes"]
    assert votes.sum() == 1000 and np.count_nonzero(votes) == 3
    assert votes.argmax(axis=1).tolist() == [1, 2, 0]
    assert np.abs(votes.max(axis=1) - 333).max() < 75  # five standard deviations


def test_variances_are_relative():
    # A latent with small variance must not win by its scale.
    codes = IDEAL + 0.7 * noise(FACTORS)
    scaled = score(codes * np.array([0.1, 1.0, 1000.0]), prune_std=0)
    assert float(scaled) == pytest.approx(float(score(codes)), abs=0.01) and float(scaled) > 0.8


def test_votes_are_scored_on_new_batches():
    # Ten votes for forty latents: each latent stands for the factor of its only vote.
    result = score(noise(FACTORS, 40), num_train=10)
    assert result.details["train_accuracy"] > 0.85
    assert float(result) == pytest.approx(1 / 3, abs=0.1)


def test_published_settings():
    published = factor_vae_score.__kwdefaults__
    names = ("batch_size", "num_train", "num_eval", "num_variance_estimate", "prune_std")
    assert [published[name] for name in names] == [64, 10_000, 5_000, 10_000, 0.05]


def test_fewer_rows_for_the_variance():
    assert float(score(IDEAL, num_variance_estimate=50)) == 1.0


def test_seed():
    codes = IDEAL + 3 * noise(FACTORS)
    first, second, other = (float(score(codes, seed=s, batch_size=4)) for s in (0, 0, 1))
    assert first == second != other


def test_left_out_and_continuous():
    factors = np.concatenate([FACTORS[:, :2], np.ones((600, 1), int)], axis=1)
    result = score(IDEAL[:, :2], factors)
    assert float(result) == 1.0 and result.details["left_out"] == ["factor_2"]
    values = noise(FACTORS)
    refuses(factor_vae_score, "continuous.*factor_bins", values, values)
    assert float(score(values, values, factor_bins=8)) > 0.95


def test_errors_have_three_parts():
    names = ("batch_size", "num_train", "num_eval", "num_variance_estimate", "prune_std", "seed")
    for name in names:
        refuses(factor_vae_score, f"{name}=-1", IDEAL, FACTORS, **{name: -1})
    refuses(factor_vae_score, r"\('factor_1',\) as the only", IDEAL, FACTORS * np.array([0, 1, 0]))
