"""Action-conditioned ModeRNN: frames and actions in, next frames out."""

import keras

from st_keras.cells import StackCell
from st_keras.cells.convolutions import check_kernel_size
from st_keras.models.action_conditioned_network import ActionConditionedNetwork
from st_keras.models.action_conditioned_rollout_cell import ActionConditionedRolloutCell
from st_keras.models.modernn.action_conditioned_mode_cell import ActionConditionedModeCell
from st_keras.models.next_frame_network import check_filters
from st_keras.validation import check_int

WHERE = "ActionConditionedModeRNN"


@keras.saving.register_keras_serializable(package="st_keras")
class ActionConditionedModeRNN(ActionConditionedNetwork):
    """Predict each next frame from the frames so far and the action taken at each, with slots.

        frames  -> patches -> two convolutions of stride 2 ---------.
        actions -> maps    -> two convolutions of stride 2 -> [ModeCell x L] -> two transposed
                                                              convolutions -> frames

    Encoders, decoder, training and forecasts as in `ActionConditionedPredRNN`; each layer scales
    what its slots read by the encoded action (`ActionConditionedModeCell`).

    Args:
        action_size: int A >= 1, numbers per action. Default 4.
        filters: tuple of L equal ints >= 2. Default (64,) * 4.
        num_slots: int S that divides twice each of `filters`. Default 4.
        kernel_size: odd int or pair of odd ints, of encoders and decoder. Default 5.
        patch_size: int p; H and W must be divisible by 4 p. Default 1.
        layer_norm: bool. Ties the network to one image size. Default True.
        batch_norm: bool. Batch normalisation in the projections of slot binding. Default True.
        residual: bool. Add the encoded frame to what is decoded. Default True.
        validity_channel: bool. Whether the network reads one further map per image channel: 1 where
            what it reads is data or its own prediction, 0 where a value is missing. Default False.
        **kwargs: `remat`, `truncated_bptt` (as in `SpatioTemporalRNN`), `name`, `dtype` (also
            "mixed_float16", "mixed_bfloat16"), `trainable`.

    Call arguments, returns: see `ActionConditionedNetwork`. It measures no loss terms.

    Raises:
        ValueError: for sizes out of range, H or W not divisible by 4 p, missing actions or actions
            of another shape.

    Source: ModeRNN's released code, whose action-conditioned variant cannot run: the scaling by
    the action is as written there, encoders and decoder are those it takes over from PredRNN.

    Example:

    >>> import numpy as np
    >>> network = ActionConditionedModeRNN(action_size=2, filters=(8,), kernel_size=3)
    >>> frames, actions = np.zeros((2, 3, 16, 16, 3), "float32"), np.ones((2, 3, 2), "float32")
    >>> network(frames, actions).shape
    TensorShape([2, 3, 16, 16, 3])
    """

    def __init__(
        self,
        action_size=4,
        filters=(64, 64, 64, 64),
        num_slots=4,
        kernel_size=5,
        patch_size=1,
        layer_norm=True,
        batch_norm=True,
        residual=True,
        validity_channel=False,
        **kwargs,
    ):
        filters = check_filters(WHERE, filters, minimum=2, equal=True)
        kernel_size = check_kernel_size(WHERE, kernel_size)
        action_size = check_int(WHERE, "action_size", action_size, 1)
        policy = keras.dtype_policies.get(kwargs.get("dtype"))
        cells = [
            ActionConditionedModeCell(
                width,
                action_channels=width,
                num_slots=num_slots,
                layer_norm=layer_norm,
                batch_norm=batch_norm,
                dtype=policy,
                name=f"mode_cell_{layer}",
            )
            for layer, width in enumerate(filters)
        ]
        rollout = ActionConditionedRolloutCell(
            StackCell(cells, dtype=policy, name="stack"),
            action_size,
            kernel_size,
            residual=residual,
            validity_channel=validity_channel,
            dtype=policy,
            name="rollout",
        )
        super().__init__(rollout, patch_size, layer_norm=layer_norm, **kwargs)
        self.action_size = action_size
        self.filters = filters
        self.num_slots = num_slots
        self.kernel_size = kernel_size
        self.batch_norm = bool(batch_norm)
        self.residual = bool(residual)

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "action_size": self.action_size,
            "filters": self.filters,
            "num_slots": self.num_slots,
            "kernel_size": self.kernel_size,
            "patch_size": self.patch_size,
            "layer_norm": self.layer_norm,
            "batch_norm": self.batch_norm,
            "residual": self.residual,
            "validity_channel": self.validity_channel,
        }
