"""Settings of networks that forecast, from which the flags of commands follow."""

from dataclasses import dataclass

from st_keras.choices import REMATS, SAMPLINGS, SCALES
from st_keras.settings import value_types as types
from st_keras.settings.setting import pair, setting, settings_in, switch, values_of
from st_keras.validation import error

FITTING = "fitting"  # a patch_size: the largest of 8, 4, 2, 1 that divides the frames
OURS = ("fast", "smoke")  # recipes that are of no paper
OPEN_ENDED = ("fast",)  # a limit in minutes says how long they are
_OF_RECIPE = ("recipe", "preset", "scale")  # no arguments of a network


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """Constructor arguments of a network, and the recipe that holds where they are None.

    `preset` is the former name of `recipe`; a family of another package may still have it alone.
    """

    recipe: str | None = None
    preset: str | None = None
    scale: str | None = setting(
        choices=SCALES,
        default=None,
        help="of a published recipe, two narrow layers and fewer batches: 16 filters and 1/400 of "
        "the batches (tiny), or 32 and 1/40 (small)",
    )
    patch_size: int | None = setting(types.whole(1), None)
    remat: str | None = setting(
        choices=REMATS,
        default=None,
        help="compute activations again in the backward pass instead of keeping them: memory for "
        "the states of each step, or of every sqrt(T)-th (default: keep all)",
    )
    truncated_bptt: int | None = setting(
        types.whole(1),
        None,
        "gradients flow back within chunks of N steps (default: through all)",
        metavar="N",
    )

    def arguments(self):
        """Return the constructor arguments that were given, as a dict."""
        said = {name: value for name, value in values_of(self).items() if value is not None}
        return {name: value for name, value in said.items() if name not in _OF_RECIPE}

    @property
    def asked_recipe(self):
        """The name of the recipe."""
        return self.preset or self.recipe

    def __post_init__(self):
        """Name the default recipe; refuse two recipes, and a scale of one that is small already."""
        if self.preset is not None and self.recipe is not None:
            raise error(
                "--preset",
                f"{self.preset} with --recipe {self.recipe}",
                "one of them: --preset is the former name of --recipe",
                "Leave --preset out.",
            )
        if self.asked_recipe is None:
            choices = {each.name: each.choices for _, each in settings_in(type(self))}
            # Records hold the name: another version may have another default.
            object.__setattr__(self, "recipe", (choices.get("recipe") or [None])[0])
        if self.scale is not None and self.asked_recipe in OURS:
            raise error(
                "--scale",
                f"{self.scale} with the recipe {self.asked_recipe}, which is for a CPU already",
                "the recipe of a paper",
                "Leave --scale out, or name such a --recipe.",
            )


def recipe_of(names):
    """Return the field of a recipe; the first of the names is the default."""
    return setting(choices=names, default=None, help=f"network and training (default: {names[0]})")


def preset_of(names):
    """Return the field of a recipe under its former name."""
    former = tuple(name for name in names if name != "fast")
    return setting(choices=former, default=None, help="the former name of --recipe")


def filters():
    """Return the field of the filters of each layer."""
    return setting(types.whole_numbers, None, "per layer, such as 64,64")


def kernel_size():
    """Return the field of the size of the kernels."""
    return setting(types.whole(1), None, "odd")


@dataclass(frozen=True, kw_only=True)
class RecipeSettings:
    """How a forecaster is trained; None is as the recipe says."""

    learning_rate: float | None = setting(types.number(0.0, above=True), None)
    decay: str | None = setting(
        choices=("constant", "cosine"), default=None, help="of the learning rate"
    )
    sampling: str | None = setting(choices=SAMPLINGS, default=None)
    reverse_input: bool | None = pair()
    jit_compile: bool = switch("compile with XLA")

    def check(self, network):
        """Refuse what does not go with the `NetworkSettings`. Here: nothing."""
