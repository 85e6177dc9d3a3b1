"""Networks: no loss, no optimizer, no files. Row 5 of the layering."""

from st_keras.models.convlstm.convlstm import ConvLSTM
from st_keras.models.modernn.action_conditioned_modernn import ActionConditionedModeRNN
from st_keras.models.modernn.modernn import ModeRNN
from st_keras.models.next_frame_network import NextFrameNetwork
from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from st_keras.models.predrnn.predrnn import PredRNN
from st_keras.models.slowvae.slowvae import SlowVAE
from st_keras.models.steps import memory_features

__all__ = [
    "ActionConditionedModeRNN",
    "ActionConditionedPredRNN",
    "ConvLSTM",
    "ModeRNN",
    "NextFrameNetwork",
    "PredRNN",
    "SlowVAE",
    "memory_features",
]
