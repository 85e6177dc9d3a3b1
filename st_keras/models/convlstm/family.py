"""The ConvLSTM baseline."""

from dataclasses import dataclass

from st_keras.models import family_settings as fields
from st_keras.models.convlstm.presets import NAMED_RECIPES, PRESETS, RECIPES
from st_keras.models.family import ModelFamily


@dataclass(frozen=True, kw_only=True)
class ConvLSTMSettings(fields.NetworkSettings):
    """Arguments of `ConvLSTM`."""

    recipe: str | None = fields.recipe_of(tuple(NAMED_RECIPES))
    preset: str | None = fields.preset_of(tuple(RECIPES))
    filters: tuple | None = fields.filters()
    kernel_size: int | None = fields.kernel_size()


CONVLSTM = ModelFamily(
    name="convlstm",
    model="st_keras.models.convlstm.convlstm:ConvLSTM",
    presets=PRESETS,
    named_recipes=NAMED_RECIPES,
    recipes=RECIPES,
    network=ConvLSTMSettings,
    train="Train the ConvLSTM baseline.",
)
