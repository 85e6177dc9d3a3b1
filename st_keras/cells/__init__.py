"""One time step each: layers with spatial states, in `keras.ops` only.

The cells of a family are beside its network, in `st_keras.models`; they are public here.
"""

from st_keras.lazy_names import lazy_names

# When first used: the cells of a family import what is in this package.
__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "rollout_cell": ["RolloutCell"],
        "stack_cell": ["StackCell"],
        "st_keras.models.convlstm.conv_lstm_cell": ["ConvLSTMCell"],
        "st_keras.models.modernn.action_conditioned_mode_cell": ["ActionConditionedModeCell"],
        "st_keras.models.modernn.mode_cell": ["ModeCell"],
        "st_keras.models.predrnn.action_conditioned_spatio_temporal_lstm_cell": [
            "ActionConditionedSpatioTemporalLSTMCell"
        ],
        "st_keras.models.predrnn.spatio_temporal_lstm_cell": ["SpatioTemporalLSTMCell"],
        "st_keras.models.predrnn.zigzag_stack_cell": ["ZigzagStackCell"],
    },
)
