"""Action-conditioned PredRNN: frames and actions in, next frames out."""

import keras

from st_keras.cells.convolutions import check_kernel_size
from st_keras.models.action_conditioned_network import ActionConditionedNetwork
from st_keras.models.action_conditioned_rollout_cell import ActionConditionedRolloutCell
from st_keras.models.next_frame_network import check_filters
from st_keras.models.predrnn.action_conditioned_presets import ACTION_CONDITIONED_PRESETS
from st_keras.models.predrnn.action_conditioned_spatio_temporal_lstm_cell import (
    ActionConditionedSpatioTemporalLSTMCell,
)
from st_keras.models.predrnn.action_conditioned_stack_cell import ActionConditionedStackCell
from st_keras.validation import check_int

WHERE = "ActionConditionedPredRNN"


@keras.saving.register_keras_serializable(package="st_keras")
class ActionConditionedPredRNN(ActionConditionedNetwork):
    """Predict each next frame of a video from the frames so far and the action taken at each.

        frames  -> patches -> two convolutions of stride 2 ---------.
        actions -> maps    -> two convolutions of stride 2 -> [ST-LSTM x L] -> two transposed
                                                              convolutions -> frames

    Output step t is the prediction of frame t+1, made from frames 0..t and actions 0..t alone.
    The action of a step goes to all L layers. Train and forecast with
    `st_keras.training.Forecaster`, on datasets of {"frames", "actions"}, and by
    `forecast(context, horizon, actions=...)`.

    Args:
        action_size: int A >= 1, numbers per action (`num_action_ch` in the reference code).
            Default 4, as in BAIR robot pushing.
        filters: tuple of L equal ints >= 2 (`num_hidden`). Default (64,) * 4.
        kernel_size: odd int or pair of odd ints (`filter_size`), of all convolutions. Default 5.
        patch_size: int p; H and W must be divisible by 4 p. Default 1, as released.
        layer_norm: bool. Ties the network to one image size. Default False, as released.
        forget_bias: float. Default 1.0.
        decoupling: bool. True: PredRNN-V2, which owns the 1x1 adapter and reports the memory
            decoupling term. False: PredRNN (V1). Default True.
        residual: bool. Add the encoded frame to what is decoded (`res_on_conv`). Default True.
        validity_channel: bool. Whether the network reads one further map per image channel: 1 where
            what it reads is data or its own prediction, 0 where a value is missing. Default False.
        **kwargs: `remat`, `truncated_bptt` (as in `SpatioTemporalRNN`), `name`, `dtype` (also
            "mixed_float16", "mixed_bfloat16"), `trainable`.

    Call arguments:
        frames: (B, T, H, W, C) in network units, best within [0, 1].
        actions: (B, T, A), in any units: they are not normalised, so scale them to about [-1, 1].
            Action t is the one taken between frames t and t+1.
        observed_mask: optional (B, T), 1 = feed the observed frame, 0 = feed the prediction; the
            first step is always observed. Default: ones (teacher forcing). Actions are always fed.
        return_terms: bool. Also return the loss terms the network measures while it runs:
            {"decoupling": scalar in [0, 1]} for V2, {} for V1. Default False.
        valid, auxiliary, fill: missing pixels, and maps beside the frames: see `NextFrameNetwork`.

    Returns:
        (B, T, H, W, C), float32 also under mixed precision; or `(predictions, terms)`.

    Raises:
        ValueError: for an `action_size` below 1, unequal or too small `filters`, H or W not
            divisible by 4 p, missing actions or actions of another shape, frames of another number
            of channels than the network was built for, or, with `layer_norm`, of another size.

    Differs from the reference code: H and W may differ, and without `layer_norm` a trained network
    runs on frames of any size divisible by 4 p. The settings there without strided convolutions
    (`conv_on_input=0`) and without reverse scheduled sampling cannot run; here any sampling can,
    and the strided convolutions are always there.

    Example:

    >>> import numpy as np
    >>> network = ActionConditionedPredRNN(action_size=2, filters=(8, 8), kernel_size=3)
    >>> frames, actions = np.zeros((2, 5, 32, 48, 3), "float32"), np.ones((2, 5, 2), "float32")
    >>> network(frames, actions).shape
    TensorShape([2, 5, 32, 48, 3])

    References: Wang et al.: PredRNN: A Recurrent Neural Network for Spatiotemporal Predictive
    Learning. TPAMI 2022, arXiv 2103.09504.
    """

    PRESETS = ACTION_CONDITIONED_PRESETS

    def __init__(
        self,
        action_size=4,
        filters=(64, 64, 64, 64),
        kernel_size=5,
        patch_size=1,
        layer_norm=False,
        forget_bias=1.0,
        decoupling=True,
        residual=True,
        validity_channel=False,
        **kwargs,
    ):
        filters = check_filters(WHERE, filters, minimum=2, equal=True)
        kernel_size = check_kernel_size(WHERE, kernel_size)
        action_size = check_int(WHERE, "action_size", action_size, 1)
        policy = keras.dtype_policies.get(kwargs.get("dtype"))
        cells = [
            ActionConditionedSpatioTemporalLSTMCell(
                width,
                width,
                kernel_size,
                layer_norm=layer_norm,
                forget_bias=forget_bias,
                return_increments=bool(decoupling),
                dtype=policy,
                name=f"st_lstm_{layer}",
            )
            for layer, width in enumerate(filters)
        ]
        rollout = ActionConditionedRolloutCell(
            ActionConditionedStackCell(cells, decoupling=decoupling, dtype=policy, name="stack"),
            action_size,
            kernel_size,
            residual=residual,
            validity_channel=validity_channel,
            dtype=policy,
            name="rollout",
        )
        super().__init__(
            rollout, patch_size, layer_norm=layer_norm, decoupling=decoupling, **kwargs
        )
        self.action_size = action_size
        self.filters = filters
        self.kernel_size = kernel_size
        self.forget_bias = forget_bias
        self.residual = bool(residual)

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "action_size": self.action_size,
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "patch_size": self.patch_size,
            "layer_norm": self.layer_norm,
            "forget_bias": self.forget_bias,
            "decoupling": self.decoupling,
            "residual": self.residual,
            "validity_channel": self.validity_channel,
        }
