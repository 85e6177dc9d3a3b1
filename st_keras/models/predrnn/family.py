"""PredRNN and PredRNN-V2."""

from dataclasses import dataclass

from st_keras.models import family_settings as fields
from st_keras.models import search_ranges as ranges
from st_keras.models.family import ModelFamily
from st_keras.models.predrnn.presets import NAMED_RECIPES, PRESETS, RECIPES
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting, switch
from st_keras.validation import error


@dataclass(frozen=True, kw_only=True)
class PredRNNSettings(fields.NetworkSettings):
    """Arguments of `PredRNN`."""

    recipe: str | None = fields.recipe_of(tuple(NAMED_RECIPES))
    preset: str | None = fields.preset_of(tuple(RECIPES))
    filters: tuple | None = fields.filters()
    kernel_size: int | None = fields.kernel_size()
    layer_norm: bool | None = switch(default=None)
    no_decoupling: bool = switch("PredRNN V1 instead of V2")

    def arguments(self):
        """As of every network; V2 has a decoupling term."""
        said = super().arguments()
        return {**said, "decoupling": False} if said.pop("no_decoupling") else said


@dataclass(frozen=True, kw_only=True)
class PredRNNRecipe(fields.RecipeSettings):
    """How a PredRNN is trained."""

    decoupling_weight: float | None = setting(types.number(0.0), None)

    def check(self, network):
        """Refuse a weight of what PredRNN V1 does not have."""
        _, variant = NAMED_RECIPES.get(network.asked_recipe, (None, {}))
        without = network.no_decoupling or variant.get("decoupling") is False
        if without and self.decoupling_weight:
            said = "--no-decoupling" if network.no_decoupling else f"--recipe {network.recipe}"
            raise error(
                "--decoupling-weight",
                f"{self.decoupling_weight} with {said}",
                "memory decoupling, which PredRNN V1 does not have",
                "Leave one of the two flags out.",
            )


@dataclass(frozen=True, kw_only=True)
class PredRNNRanges:
    """What `PredRNNHyperModel` searches among."""

    layers: tuple | None = ranges.whole_numbers()
    filters: tuple | None = ranges.whole_numbers()
    kernel_size: tuple | None = ranges.whole_numbers()
    patch_size: tuple | None = ranges.whole_numbers()
    layer_norm: tuple | None = ranges.off_on()
    decoupling: tuple | None = ranges.off_on()
    sampling: tuple | None = ranges.sampling()
    sampling_until: tuple | None = ranges.interval()
    decoupling_weight: tuple | None = ranges.interval()
    learning_rate: tuple | None = ranges.interval()
    precision: tuple | None = ranges.precision()


PREDRNN = ModelFamily(
    name="predrnn",
    model="st_keras.models.predrnn.predrnn:PredRNN",
    presets=PRESETS,
    named_recipes=NAMED_RECIPES,
    recipes=RECIPES,
    defaults={"decoupling": True},
    variants={"predrnn_v1": {"decoupling": False}},
    hyper_model="st_keras.tuning:PredRNNHyperModel",
    published="st_keras.models.predrnn.published_weights:PUBLISHED",
    network=PredRNNSettings,
    recipe=PredRNNRecipe,
    ranges=PredRNNRanges,
    train="Train PredRNN or PredRNN-V2.",
    tune="Search among PredRNNs and how they are trained.",
    demo=("Forecast moving digits (the default).", "digits"),
)
