"""The data and the hyper model of a search, from its command line: alike in every process."""

import numpy as np

from st_keras.cli.array_reading import windows_of
from st_keras.cli.data_source import open_training_data
from st_keras.cli.slowvae.pair_data import open_pairs
from st_keras.cli.slowvae.training import PairTraining
from st_keras.cli.tune.flags import RANGES
from st_keras.tuning import ModeRNNHyperModel, PredRNNHyperModel, SlowVAEHyperModel
from st_keras.tuning.optional_package import require_keras_tuner

HYPER_MODELS = {"predrnn": PredRNNHyperModel, "modernn": ModeRNNHyperModel}
REPORTS = 4  # validations of a trial
HYPERBAND_REPORTS = 9  # brackets of 1, 3 and 9 reports
_IMAGES_SEED = 2**32 + 1  # no --seed reaches it, nor does `evaluate`


def prepare(options):
    """Open the data and build the search space; every wrong value is refused here.

    Args:
        options: the parsed command line of `tune`.

    Returns:
        `(source, hyper_model)`. The source has `training_dataset(batch_size)`,
        `validation_dataset(batch_size)`, `card()` and `description`, and is the same in each trial.
    """
    ranges = {name: getattr(options, name) for name in RANGES[options.model]}
    shared = {
        **{name: values for name, values in ranges.items() if values is not None},
        "steps": options.steps_per_trial,
        "reports": HYPERBAND_REPORTS if options.tuner == "hyperband" else REPORTS,
        "max_parameters": options.max_parameters,
        "seed": options.seed,
    }
    if options.model == "slowvae":
        return _prepare_slowvae(options, shared)
    windows = windows_of(options, options.context_length, options.horizon)
    source = open_training_data(options.data, windows, options.seed)
    hyper_model = HYPER_MODELS[options.model](
        source.image_shape,
        context_length=options.context_length,
        normalization=source.normalization(),
        **shared,
    )
    return source, hyper_model


def objective_of(options):
    """Return the `keras_tuner.Objective` that `--objective` names."""
    direction = "max" if options.model == "slowvae" else "min"
    return require_keras_tuner("search").Objective(options.objective, direction)


def _prepare_slowvae(options, shared):
    pairs = open_pairs(options)
    images, factors = pairs.draw_images(options.images, np.random.default_rng(_IMAGES_SEED))
    if options.objective == "mcc":
        names = list(pairs.factor_names)
        shared["factors"] = factors[:, [names.index(name) for name in pairs.scored_factors]]
    hyper_model = SlowVAEHyperModel(
        images, score=options.objective, num_seeds=options.seeds_per_trial, **shared
    )
    return PairTraining(pairs, options.seed), hyper_model
