"""One time step each: layers with spatial states, in `keras.ops` only. Row 2 of the layering."""

from st_keras.cells.action_conditioned_mode_cell import ActionConditionedModeCell
from st_keras.cells.action_conditioned_spatio_temporal_lstm_cell import (
    ActionConditionedSpatioTemporalLSTMCell,
)
from st_keras.cells.conv_lstm_cell import ConvLSTMCell
from st_keras.cells.mode_cell import ModeCell
from st_keras.cells.rollout_cell import RolloutCell
from st_keras.cells.spatio_temporal_lstm_cell import SpatioTemporalLSTMCell
from st_keras.cells.stack_cell import StackCell
from st_keras.cells.zigzag_stack_cell import ZigzagStackCell

__all__ = [
    "ActionConditionedModeCell",
    "ActionConditionedSpatioTemporalLSTMCell",
    "ConvLSTMCell",
    "ModeCell",
    "RolloutCell",
    "SpatioTemporalLSTMCell",
    "StackCell",
    "ZigzagStackCell",
]
