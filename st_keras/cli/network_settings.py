"""The settings of a network and its training that flags and presets give."""

from st_keras.settings.setting import values_of
from st_keras.training import RECIPES
from st_keras.training.forecaster_presets import NETWORKS


def resolved(model, network, recipe, **said):
    """Return the arguments of a network and its recipe: the preset's, where nothing else is said.

    Args:
        model: str, a key of `NETWORKS`.
        network: `NetworkSettings`.
        recipe: `RecipeSettings`.
        **said: further settings of the recipe, such as `steps`; None: as the preset.

    Returns:
        `(network, recipe)`: dicts of constructor arguments and of recipe settings.
    """
    arguments = {**NETWORKS[model].PRESETS[network.preset], **network.arguments()}
    settings = dict(RECIPES[network.preset])
    without_decoupling = settings.pop("without_decoupling")
    said |= values_of(recipe)
    if not arguments.get("decoupling"):
        settings.update(without_decoupling, decoupling_weight=0.0)
        said["decoupling_weight"] = None
    settings |= {n: v for n, v in said.items() if n in settings and v is not None}
    return arguments, settings
