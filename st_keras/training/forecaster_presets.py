"""Named forecasters: a network of a preset, with the recipe it is trained by."""

import functools

from st_keras.models.family import forecasters
from st_keras.training.recipes import recipe_of, sampling_of
from st_keras.validation import check_int


def _arguments(family, variant, preset, steps=None, dtype=None, **overrides):
    """Return the constructor arguments of a `Forecaster`; `dtype` is that of its network."""
    arguments = {**family.defaults, **variant}
    recipe = recipe_of(family, preset, arguments)
    steps = recipe["steps"] if steps is None else check_int("from_preset", "steps", steps, 1)
    return {
        "network": family.model_class(**{**family.presets[preset], **arguments}, dtype=dtype),
        "context_length": recipe["context_length"],
        "sampling": sampling_of(family.recipes[preset], recipe["sampling"], steps),
        "decoupling_weight": recipe["decoupling_weight"],
        "reverse_input": recipe["reverse_input"],
        **overrides,
    }


# Name: function that makes constructor arguments. It takes `steps`, the batches that the schedule
# of sampling is scaled to (default: the recipe's own), `dtype`, and arguments that it replaces.
FORECASTER_PRESETS = {
    f"{name}_{preset}": functools.partial(_arguments, family, variant, preset)
    for family in forecasters()
    for name, variant in {family.name: {}, **family.variants}.items()
    for preset in family.presets
}
