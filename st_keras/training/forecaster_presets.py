"""Named forecasters: a network of a preset, with the recipe it is trained by."""

import functools

from st_keras.models import ConvLSTM, ModeRNN, PredRNN
from st_keras.training.recipes import RECIPES, build_sampling
from st_keras.validation import check_int

NETWORKS = {"predrnn": PredRNN, "modernn": ModeRNN, "convlstm": ConvLSTM}
# The frames seen in the published scripts.
CONTEXT_LENGTHS = {"moving_mnist": 10, "kth": 10, "robonet": 5, "smoke": 10}
V1 = "predrnn_v1"


def _arguments(family, preset, steps=None, dtype=None, **overrides):
    """Return the constructor arguments of a `Forecaster`; `dtype` is that of its network."""
    recipe, v1 = dict(RECIPES[preset]), family == V1
    network_type = NETWORKS["predrnn" if v1 else family]
    decoupled = network_type is PredRNN and not v1
    if not decoupled:
        recipe.update(recipe["without_decoupling"], decoupling_weight=0.0)
    options = {"decoupling": decoupled} if network_type is PredRNN else {}
    steps = recipe["steps"] if steps is None else check_int("from_preset", "steps", steps, 1)
    return {
        "network": network_type.from_preset(preset, dtype=dtype, **options),
        "context_length": CONTEXT_LENGTHS[preset],
        "sampling": build_sampling(recipe["sampling"], preset, steps),
        "decoupling_weight": recipe["decoupling_weight"],
        "reverse_input": recipe["reverse_input"],
        **overrides,
    }


# Name: function that makes constructor arguments. It takes `steps`, the batches that the schedule
# of sampling is scaled to (default: the recipe's own), `dtype`, and arguments that it replaces.
FORECASTER_PRESETS = {
    f"{family}_{preset}": functools.partial(_arguments, family, preset)
    for family in (*NETWORKS, V1)
    for preset in NETWORKS["predrnn" if family == V1 else family].PRESETS
}
