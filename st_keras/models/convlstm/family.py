"""The ConvLSTM baseline."""

from dataclasses import dataclass

from st_keras.models import family_settings as fields
from st_keras.models.convlstm.presets import PRESETS, RECIPES
from st_keras.models.family import ModelFamily


@dataclass(frozen=True, kw_only=True)
class ConvLSTMSettings(fields.NetworkSettings):
    """Arguments of `ConvLSTM`."""

    preset: str = fields.preset_of(tuple(PRESETS))
    filters: tuple | None = fields.filters()
    kernel_size: int | None = fields.kernel_size()


CONVLSTM = ModelFamily(
    name="convlstm",
    model="st_keras.models.convlstm.convlstm:ConvLSTM",
    presets=PRESETS,
    recipes=RECIPES,
    network=ConvLSTMSettings,
    train="Train the ConvLSTM baseline.",
)
