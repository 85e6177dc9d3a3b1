"""The settings of a network and its training that flags and recipes give."""

import sys

from st_keras.models.family import family
from st_keras.settings.setting import values_of
from st_keras.training.recipes import recipe_of, scaled


def resolved(model, network, recipe, **said):
    """Return the arguments of a network and how it is trained: as the recipe, if not said.

    Args:
        model: str, the name of a `ModelFamily`.
        network: `NetworkSettings`.
        recipe: `RecipeSettings`.
        **said: further settings of the recipe, such as `steps`; None: as the recipe.

    Returns:
        `(network, recipe)`: dicts of constructor arguments and of recipe settings.
    """
    of_model = family(model)
    if network.preset is not None:
        print("Note: --preset is the former name of --recipe.", file=sys.stderr)
    preset, variant = of_model.recipe_named(network.asked_recipe)
    arguments = {**of_model.defaults, **of_model.presets[preset], **variant}
    settings = recipe_of(of_model, preset, {**arguments, **network.arguments()})
    if network.scale:
        arguments, settings = scaled(network.scale, arguments, settings)
    arguments |= network.arguments()
    said |= values_of(recipe)
    if not arguments.get("decoupling"):
        said["decoupling_weight"] = None
    settings |= {n: v for n, v in said.items() if n in settings and v is not None}
    return arguments, settings
