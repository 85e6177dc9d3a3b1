"""ModeRNN, with slots for mixed dynamics."""

from dataclasses import dataclass

from st_keras.models import family_settings as fields
from st_keras.models import search_ranges as ranges
from st_keras.models.family import ModelFamily
from st_keras.models.modernn.presets import NAMED_RECIPES, PRESETS, RECIPES
from st_keras.settings import value_types as types
from st_keras.settings.setting import pair, setting


@dataclass(frozen=True, kw_only=True)
class ModeRNNSettings(fields.NetworkSettings):
    """Arguments of `ModeRNN`."""

    recipe: str | None = fields.recipe_of(tuple(NAMED_RECIPES))
    preset: str | None = fields.preset_of(tuple(RECIPES))
    filters: tuple | None = fields.filters()
    num_slots: int | None = setting(types.whole(1), None, "default: as the recipe, 4")
    layer_norm: bool | None = pair(
        "of the fused slots; ties the network to one image size (default: on)"
    )
    batch_norm: bool | None = pair("in the projections of slot binding (default: on)")
    softmax_importance: bool | None = pair(
        "weights of the slots compete (default: off, as released)"
    )
    separate_slots: bool | None = pair("a memory for each slot (default: off, as released)")
    learned_initial_slots: bool | None = pair(
        "a trained start of the memory (default: off, as released)"
    )
    slot_scale: bool | None = pair(
        "attention scaled by the width of a slot (default: off, as released)"
    )


@dataclass(frozen=True, kw_only=True)
class ModeRNNRanges:
    """What `ModeRNNHyperModel` searches among."""

    layers: tuple | None = ranges.whole_numbers()
    filters: tuple | None = ranges.whole_numbers()
    num_slots: tuple | None = ranges.whole_numbers()
    patch_size: tuple | None = ranges.whole_numbers()
    layer_norm: tuple | None = ranges.off_on()
    batch_norm: tuple | None = ranges.off_on()
    softmax_importance: tuple | None = ranges.off_on()
    separate_slots: tuple | None = ranges.off_on()
    learned_initial_slots: tuple | None = ranges.off_on()
    slot_scale: tuple | None = ranges.off_on()
    sampling: tuple | None = ranges.sampling()
    sampling_until: tuple | None = ranges.interval()
    learning_rate: tuple | None = ranges.interval()
    precision: tuple | None = ranges.precision()


MODERNN = ModelFamily(
    name="modernn",
    model="st_keras.models.modernn.modernn:ModeRNN",
    presets=PRESETS,
    named_recipes=NAMED_RECIPES,
    recipes=RECIPES,
    hyper_model="st_keras.tuning:ModeRNNHyperModel",
    published="st_keras.models.modernn.published_weights:PUBLISHED",
    network=ModeRNNSettings,
    ranges=ModeRNNRanges,
    train="Train ModeRNN, with slots for mixed dynamics.",
    tune="Search among ModeRNNs and how they are trained.",
    demo=("Forecast digits in several modes of motion; show the slots.", "modes"),
)
