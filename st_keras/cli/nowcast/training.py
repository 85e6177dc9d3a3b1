"""`st-keras train nowcast`: the data and the model."""

import dataclasses

import keras

from st_keras.cli.data_source import open_training_data
from st_keras.cli.nowcast.rain_input import check_rain, of_rain
from st_keras.cli.rain_settings import Rain
from st_keras.models import Nowcaster
from st_keras.models.nowcaster.nowcast_optimizer import nowcast_optimizer

_CHANGES, _SCALING = ("flips", "time-reversal"), (0.55, 1.82)


def prepare_nowcaster(settings):
    """Open the data and build the model; every wrong value is refused here.

    Args:
        settings: what `train nowcast` was told.

    Returns:
        `(model, data, recipe)`: a built, compiled `Nowcaster`, an `ArraySource`, and a dict.
    """
    fit, windows, sampling = settings.fit, settings.windows, settings.sampling
    changed = {} if sampling.as_recorded else {"augment": _CHANGES, "scaling": _SCALING}
    rain = Rain(importance=sampling.importance, **changed)
    windows = dataclasses.replace(windows, reading=of_rain(windows.reading))
    source = open_training_data(settings.data, windows, fit.seed, rain=rain)
    check_rain("--data", source.image_shape, source.units)
    keras.utils.set_random_seed(fit.seed)
    model = Nowcaster(
        **settings.nowcaster.arguments(),
        context_length=windows.context_length,
        horizon=windows.horizon,
        seed=fit.seed,
        dtype=fit.precision,
        name="nowcast",
    )
    model.compile(nowcast_optimizer(fit.steps, settings.nowcaster.learning_rate))
    model.build((None, None, *source.image_shape))
    return model, source, {"steps": fit.steps, "batch_size": fit.batch_size}
