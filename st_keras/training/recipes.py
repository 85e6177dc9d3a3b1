"""How networks are trained, by preset: the published scripts' settings, and those of our demo.

`without_decoupling` holds what the scripts of PredRNN V1 do otherwise. Adam's epsilon is the
reference's 1e-8; PyTorch adds it after bias correction and Keras before, which differs in the
first updates only.
"""

from st_keras.choices import SAMPLINGS
from st_keras.training.scheduled_sampling import ReverseScheduledSampling, ScheduledSampling
from st_keras.validation import check_int, check_one_of

# `steps` are batches; `plateau` is (begin, stop, alpha) of reverse scheduled sampling over them;
# `scheduled_until` the batch at which scheduled sampling is at 0, if not five eighths of them.
RECIPES = {
    "moving_mnist": {
        "batch_size": 8,
        "steps": 80_000,
        "learning_rate": 1e-4,
        "decay": "constant",
        "decoupling_weight": 0.1,
        "sampling": "reverse",
        "plateau": (25_000, 50_000, 2500),
        "reverse_input": True,
        "epsilon": 1e-8,
        "without_decoupling": {"learning_rate": 3e-4, "sampling": "scheduled"},
    },
    "kth": {
        "batch_size": 4,
        "steps": 80_000,
        "learning_rate": 1e-4,
        "decay": "constant",
        "decoupling_weight": 0.01,
        "sampling": "reverse",
        "plateau": (5_000, 50_000, 2000),
        "reverse_input": True,
        "epsilon": 1e-8,
        "without_decoupling": {"learning_rate": 3e-4, "sampling": "scheduled"},
    },
    # ModeRNN's only released script; its sampling stops at batch 50,000, as here.
    "robonet": {
        "batch_size": 8,
        "steps": 120_000,
        "learning_rate": 1e-4,
        "decay": "constant",
        "decoupling_weight": 0.0,
        "sampling": "scheduled",
        "scheduled_until": 50_000,
        "plateau": (25_000, 50_000, 2500),
        "reverse_input": True,
        "epsilon": 1e-8,
        "without_decoupling": {},
    },
    # Ours, for a few minutes on two CPU cores.
    "smoke": {
        "batch_size": 8,
        "steps": 1200,
        "learning_rate": 5e-3,
        "decay": "cosine",
        "decoupling_weight": 0.01,
        "sampling": "scheduled",
        "plateau": (120, 750, 50),
        "reverse_input": False,
        "epsilon": 1e-7,
        "without_decoupling": {},
    },
}


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
    check_one_of("build_sampling", "sampling", name, SAMPLINGS)
    recipe = RECIPES[check_one_of("build_sampling", "preset", preset, RECIPES)]
    scale = check_int("build_sampling", "steps", steps, 1) / recipe["steps"]
    if name == "teacher_forcing":
        return None
    if name == "scheduled":
        # `over` falls to 0 within five eighths of what it is given.
        until = scale * recipe.get("scheduled_until", 0.625 * recipe["steps"])
        return ScheduledSampling.over(max(round(1.6 * until), 8))
    begin, stop, alpha = (scale * number for number in recipe["plateau"])
    return ReverseScheduledSampling.plateau(int(begin), max(int(stop), int(begin) + 1), alpha)
