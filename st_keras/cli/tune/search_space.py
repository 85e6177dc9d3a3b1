"""The data and the hyper model of a search, from its command line: alike in every process."""

import numpy as np

from st_keras.cli.data_source import open_training_data
from st_keras.cli.slowvae.pair_data import open_pairs
from st_keras.cli.slowvae.training import PairTraining
from st_keras.cli.training import loss_of
from st_keras.entry_points import imported
from st_keras.models.family import family
from st_keras.tuning.optional_package import require_keras_tuner

REPORTS = 4  # validations of a trial
HYPERBAND_REPORTS = 9  # brackets of 1, 3 and 9 reports
_IMAGES_SEED = 2**32 + 1  # no --seed reaches it, nor does `evaluate`


def prepare_search(settings):
    """Open the data and build the search space; every wrong value is refused here.

    Args:
        settings: what `tune` was told.

    Returns:
        `(source, hyper_model)`. The source has `training_dataset(batch_size)`,
        `validation_dataset(batch_size)`, `card()` and `description`, and is the same in each trial.
    """
    search = settings.search
    shared = {
        **{name: value for name, value in vars(settings.ranges).items() if value is not None},
        "steps": search.steps_per_trial,
        "reports": HYPERBAND_REPORTS if search.tuner == "hyperband" else REPORTS,
        "max_parameters": search.max_parameters,
        "seed": search.seed,
    }
    if settings.model == "slowvae":
        return _prepare_slowvae(settings, shared)
    inputs = settings.inputs
    rain, targets = settings.rain, inputs.target_names()
    source = open_training_data(settings.data, settings.windows, search.seed, targets, rain)
    if search.score:
        shared |= {"score": search.score, "value_range": source.value_range}
    hyper_model = imported(family(settings.model).hyper_model)(
        source.image_shape,
        context_length=settings.windows.context_length,
        normalization=source.normalization(),
        validity_channel=inputs.validity_channel,
        forecaster=source.forecaster_arguments(inputs),
        loss=None if rain.loss is None else loss_of(rain, source.units),
        **shared,
    )
    return source, hyper_model


def objective_of(search):
    """Return the `keras_tuner.Objective` that `--objective` names."""
    return require_keras_tuner("search").Objective(search.objective, search.direction)


def _prepare_slowvae(settings, shared):
    pairs, search = open_pairs(settings.data, settings.pairs), settings.search
    images, factors = pairs.draw_images(search.images, np.random.default_rng(_IMAGES_SEED))
    if search.objective == "mcc":
        names = list(pairs.factor_names)
        shared["factors"] = factors[:, [names.index(name) for name in pairs.scored_factors]]
    hyper_model = imported(family(settings.model).hyper_model)(
        images, score=search.objective, num_seeds=search.seeds_per_trial, **shared
    )
    return PairTraining(pairs, search.seed), hyper_model
