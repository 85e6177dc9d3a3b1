"""The ConvLSTM baseline."""

from dataclasses import dataclass

from st_keras.choices import PRESETS
from st_keras.cli.families import forecaster_family as fields


@dataclass(frozen=True, kw_only=True)
class ConvLSTMSettings(fields.NetworkSettings):
    """Arguments of `ConvLSTM`."""

    preset: str = fields.preset_of(PRESETS["convlstm"])
    filters: tuple | None = fields.filters()
    kernel_size: int | None = fields.kernel_size()


CONVLSTM = fields.ForecasterFamily(
    name="convlstm", network=ConvLSTMSettings, train="Train the ConvLSTM baseline."
)
