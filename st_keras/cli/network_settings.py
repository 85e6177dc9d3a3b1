"""The settings of a network and its training that flags and presets give."""

from st_keras.models.family import family
from st_keras.settings.setting import values_of
from st_keras.training.recipes import recipe_of


def resolved(model, network, recipe, **said):
    """Return the arguments of a network and its recipe: the preset's, where nothing else is said.

    Args:
        model: str, the name of a `ModelFamily`.
        network: `NetworkSettings`.
        recipe: `RecipeSettings`.
        **said: further settings of the recipe, such as `steps`; None: as the preset.

    Returns:
        `(network, recipe)`: dicts of constructor arguments and of recipe settings.
    """
    of_model = family(model)
    arguments = {**of_model.presets[network.preset], **network.arguments()}
    settings = recipe_of(of_model, network.preset, arguments)
    said |= values_of(recipe)
    if not arguments.get("decoupling"):
        said["decoupling_weight"] = None
    settings |= {n: v for n, v in said.items() if n in settings and v is not None}
    return arguments, settings
