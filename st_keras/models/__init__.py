"""Networks, a folder for each family."""

from st_keras.lazy_names import lazy_names

# When first used: what a family says of itself in plain data is there without Keras.
__getattr__, __dir__, __all__ = lazy_names(
    __name__,
    {
        "convlstm.convlstm": ["ConvLSTM"],
        "family": ["ModelFamily", "register_family"],
        "modernn.action_conditioned_modernn": ["ActionConditionedModeRNN"],
        "modernn.modernn": ["ModeRNN"],
        "next_frame_network": ["NextFrameNetwork"],
        "nowcaster.nowcast_arrays": ["RainDistribution"],
        "nowcaster.nowcaster": ["Nowcaster"],
        "predrnn.action_conditioned_predrnn": ["ActionConditionedPredRNN"],
        "predrnn.predrnn": ["PredRNN"],
        "slowvae.slowvae": ["SlowVAE"],
        "steps": ["memory_features"],
    },
)
