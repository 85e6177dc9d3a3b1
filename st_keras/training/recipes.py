"""How networks are trained, by preset: the published scripts' settings, and those of our demo."""

from st_keras.choices import SAMPLINGS
from st_keras.models import family as families
from st_keras.training.scheduled_sampling import ReverseScheduledSampling, ScheduledSampling
from st_keras.validation import check_int, check_one_of, error

# Filters, and how many times fewer batches: what a CPU trains in minutes, and in hours.
_SCALES = {"tiny": ((16, 16), 400), "small": ((32, 32), 40)}
# Of each preset, by PredRNN if it has one of that name.
RECIPES = {**families.family("modernn").recipes, **families.family("predrnn").recipes}


def recipe_of(family, preset, arguments):
    """Return the recipe of a preset for a network of these arguments.

    Args:
        family: `ModelFamily`.
        preset: str, one of its `presets`.
        arguments: dict of constructor arguments of the network.

    Returns:
        dict; for a PredRNN without decoupling that of PredRNN (V1).
    """
    recipe = dict(family.recipes[preset])
    of_v1 = recipe.pop("without_decoupling", None)
    if of_v1 is not None and not arguments.get("decoupling"):
        recipe.update(of_v1, decoupling_weight=0.0)
    return recipe


def scaled(scale, arguments, recipe):
    """Return the arguments of a network and a recipe, made smaller for a CPU.

    The schedules of sampling and learning rate are functions of the share of the batches, and so
    shrink with them; rates and weights of the loss stay.

    Args:
        scale: "tiny" or "small".
        arguments: dict of constructor arguments of the network, with "filters".
        recipe: dict, with "steps".

    Raises:
        ValueError: for a network without filters.

    Example:

    >>> scaled("small", {"filters": (128,) * 4}, {"steps": 80_000})
    ({'filters': (32, 32)}, {'steps': 2000})
    """
    filters, fewer = _SCALES[scale]
    if "filters" not in arguments:
        raise error(
            "--scale",
            f"{scale} for a network without filters",
            "a network whose layers have filters",
            "Leave --scale out; --steps makes a training shorter.",
        )
    return (
        {**arguments, "filters": filters},
        {**recipe, "steps": max(recipe["steps"] // fewer, 1)},
    )


def build_sampling(name, preset, steps):
    """Build the sampling of a preset, with its batch numbers scaled to a run of `steps` batches.

    Args:
        name: "reverse", "scheduled" or "teacher_forcing".
        preset: name of a recipe.
        steps: int >= 1. At the recipe's own number of steps, the numbers are the published ones.

    Returns:
        `ReverseScheduledSampling`, `ScheduledSampling`, or None for teacher forcing.

    Example:

    >>> build_sampling("reverse", "kth", steps=80_000).context.begin
    5000
    """
    recipe = RECIPES[check_one_of("build_sampling", "preset", preset, RECIPES)]
    return sampling_of(recipe, name, steps)


def sampling_of(recipe, name, steps):
    """Build the sampling of a recipe; arguments and results are those of `build_sampling`.

    Args:
        recipe: dict, of a `ModelFamily`.
    """
    check_one_of("build_sampling", "sampling", name, SAMPLINGS)
    steps = check_int("build_sampling", "steps", steps, 1)
    if name == "teacher_forcing":
        return None
    if name == "scheduled":
        until = recipe.get("scheduled_until", 5 * recipe["steps"] // 8)
        return ScheduledSampling.until(max(until * steps // recipe["steps"], 1))
    begin, stop, alpha = (number * steps / recipe["steps"] for number in recipe["plateau"])
    return ReverseScheduledSampling.plateau(int(begin), max(int(stop), int(begin) + 1), alpha)
