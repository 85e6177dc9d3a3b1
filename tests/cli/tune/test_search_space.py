"""The data and the space of a search, from its command line."""

import numpy as np
import pytest

from st_keras.cli.grammar import parse
from st_keras.cli.tune.search_space import objective_of, prepare_search
from st_keras.metrics.disentanglement import mcc

SLOWVAE = ["tune", "slowvae", "--data", "sprites", "--out", "x", "--images", "20"]


def options_of(*arguments):
    return parse([str(a) for a in arguments])[1]


def test_a_forecaster_in_the_units_of_the_data(tune_arguments):
    options = options_of(*tune_arguments, "--seed", "4", "--max-parameters", "9")
    source, space = prepare_search(options)
    assert space.image_shape == (16, 24, 1) and space.context_length == 3
    assert (space.filters, space.layers, space.seed, space.max_parameters) == ((2, 4), (1,), 4, 9)
    assert (space.length.steps, space.length.reports) == (1, 1)
    assert space.normalization.get_config() == source.normalization().get_config()
    objective = objective_of(options.search)
    assert (objective.name, objective.direction) == ("val_mse", "min")


def test_the_objective_may_be_a_score_by_name(tune_arguments):
    options = options_of(*tune_arguments, "--objective", "val_ssim")
    source, space = prepare_search(options)
    objective = objective_of(options.search)
    assert (objective.name, objective.direction) == ("val_ssim", "max")
    assert (space.objective.name, space.objective.direction) == ("val_ssim", "max")
    assert space.value_range == source.value_range


def test_trials_have_the_same_data(tune_arguments):
    first, second = (prepare_search(options_of(*tune_arguments))[0] for _ in range(2))
    for name in ("training_dataset", "validation_dataset"):
        one, two = (next(iter(getattr(each, name)(2))).numpy() for each in (first, second))
        assert one.tobytes() == two.tobytes()


def test_reports(tune_arguments):
    more = ("--steps-per-trial", "100")
    assert prepare_search(options_of(*tune_arguments, *more))[1].length.reports == 4
    hyperband = prepare_search(options_of(*tune_arguments, *more, "--tuner", "hyperband"))[1]
    assert hyperband.length.reports == 9


def test_slowvae_is_scored_by_the_factors_that_scores_compare():
    _, space = prepare_search(options_of(*SLOWVAE, "--latent-size", "3,4", "--gamma", "2"))
    assert space.images.shape == (20, 64, 64, 1) and len(space.factors) == 20
    assert (space.score, space.latent_size, space.gamma) == ("mcc", (3, 4), (2.0, 2.0))
    assert np.isfinite(float(mcc(space.factors[:, :2].astype(float), space.factors)))
    _, without = prepare_search(
        options_of(*SLOWVAE, "--objective", "udr", "--seeds-per-trial", "4")
    )
    assert (without.score, without.factors, without.num_seeds) == ("udr", None, 4)
    assert objective_of(options_of(*SLOWVAE).search).direction == "max"


def test_refused_patch_size(tune_arguments):
    with pytest.raises(ValueError, match="patch_size=5 for images of 16 x 24 pixels"):
        prepare_search(options_of(*tune_arguments, "--patch-size", "5"))
