"""Settings of networks that forecast, from which the flags of commands follow."""

from dataclasses import dataclass

from st_keras.choices import REMATS, SAMPLINGS
from st_keras.settings import value_types as types
from st_keras.settings.setting import pair, setting, switch, values_of

FITTING = "fitting"  # a patch_size: the largest of 8, 4, 2, 1 that divides the frames


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """Constructor arguments of a network, and the preset that holds where they are None."""

    preset: str
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
        del said["preset"]
        return said


def preset_of(names):
    """Return the field of a preset."""
    return setting(choices=names, default="smoke", help="network and recipe (default: smoke)")


def filters():
    """Return the field of the filters of each layer."""
    return setting(types.whole_numbers, None, "per layer, such as 64,64")


def kernel_size():
    """Return the field of the size of the kernels."""
    return setting(types.whole(1), None, "odd")


@dataclass(frozen=True, kw_only=True)
class RecipeSettings:
    """How a forecaster is trained; None is as the preset says."""

    learning_rate: float | None = setting(types.number(0.0, above=True), None)
    decay: str | None = setting(
        choices=("constant", "cosine"), default=None, help="of the learning rate"
    )
    sampling: str | None = setting(choices=SAMPLINGS, default=None)
    reverse_input: bool | None = pair()
    jit_compile: bool = switch("compile with XLA")

    def check(self, network):
        """Refuse what does not go with the `NetworkSettings`. Here: nothing."""
