"""The ConvLSTM baseline."""

from st_keras.models.family import ModelFamily

CONVLSTM = ModelFamily(
    name="convlstm",
    model="st_keras.models.convlstm.convlstm:ConvLSTM",
)
