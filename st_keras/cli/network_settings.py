"""The settings of a network and its training that flags and presets give."""

from st_keras.cli.network_flags import CONSTRUCTOR_FLAGS, RECIPE_FLAGS
from st_keras.training import RECIPES
from st_keras.training.forecaster_presets import NETWORKS


def settings_of(options):
    """Return the network and recipe settings: the preset's, where no flag says otherwise.

    Args:
        options: the parsed command line of `train` or `demo`.

    Returns:
        `(network, recipe)`: dicts of constructor arguments and of recipe settings.
    """
    network = dict(NETWORKS[options.model].PRESETS[options.preset])
    recipe = dict(RECIPES[options.preset])
    without_decoupling = recipe.pop("without_decoupling")
    decoupling = options.model == "predrnn" and not options.no_decoupling
    if options.model == "predrnn":
        network["decoupling"] = decoupling
    if not decoupling:
        recipe.update(without_decoupling, decoupling_weight=0.0)
    elif options.decoupling_weight is not None:
        recipe["decoupling_weight"] = options.decoupling_weight
    for target, names in ((network, CONSTRUCTOR_FLAGS[options.model]), (recipe, RECIPE_FLAGS)):
        for name in names:
            value = getattr(options, name)
            if value is not None:
                target[name] = value
    return network, recipe
