"""One step of an action-conditioned network: encode frame and action, run the stack, decode."""

import keras
from keras import ops

from st_keras.cells import RolloutCell
from st_keras.cells.convolutions import check_kernel_size
from st_keras.layers.frame_decoder import FrameDecoder
from st_keras.layers.frame_encoder import FrameEncoder
from st_keras.validation import check_int, error

# Frames are halved twice on the way into the stack.
REDUCTION = 4


@keras.saving.register_keras_serializable(package="st_keras")
class ActionConditionedRolloutCell(RolloutCell):
    """`RolloutCell` whose cell reads small maps: of the chosen frame, and of the action.

        x           = frame if observed else prediction       and maps beside it, as `read` says
        e1, e2      = FrameEncoder(x)                         F/2 maps of H/2, F maps of H/4
        h, states   = cell([e2, FrameEncoder_a(action)], states)
        prediction  = FrameDecoder(h, skips=[e1, e2])         h + e2 -> F/2 maps, + e1 -> frame

    Actions are always read.

    Args:
        cell: `ActionConditionedStackCell`, or `StackCell` of action-conditioned cells, whose
            `action_channels` equal its `filters` F >= 2.
        action_channels: int A >= 1, numbers per action.
        kernel_size: odd int or pair of odd ints, of encoders and decoder. Default 5.
        residual: bool. Give e1 and e2 to the decoder (`res_on_conv`). Default True.
        validity_channel: bool. Whether the frame encoder reads the map "valid" too. Default False.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: as of `RolloutCell`, and "action" (B, A). H and W divisible by 4.
        states: [prediction (B, H, W, C), *states of the cell (B, H/4, W/4, ...)].
        update_statistics, return_terms: as of `RolloutCell`.

    Returns:
        As `RolloutCell`.

    Raises:
        ValueError: for inputs that are no such dict, or H or W not divisible by 4.

    Source: `forward` of the action-conditioned network in the PredRNN reference code.
    """

    input_axes = {**RolloutCell.input_axes, "action": ("B", "A")}
    reduction = REDUCTION

    def __init__(
        self,
        cell,
        action_channels,
        kernel_size=5,
        residual=True,
        validity_channel=False,
        **kwargs,
    ):
        super().__init__(cell, validity_channel=validity_channel, **kwargs)
        where = "ActionConditionedRolloutCell"
        self.action_channels = check_int(where, "action_channels", action_channels, 1)
        self.kernel_size = check_kernel_size(where, kernel_size)
        self.residual = bool(residual)
        filters = (cell.filters // 2, cell.filters)
        shared = {"kernel_size": self.kernel_size, "dtype": self.dtype_policy}
        self.frame_encoder = FrameEncoder(filters, name="frame_encoder", **shared)
        self.action_encoder = FrameEncoder(filters, name="action_encoder", **shared)
        self.frame_decoder = None

    def build_encoder(self, input_shape):
        """Create the encoders of frame and action."""
        frame, action = input_shape["frame"], input_shape["action"]
        if action[-1] != self.action_channels:
            raise error(
                "ActionConditionedRolloutCell",
                f"'action' of shape {tuple(action)} with action_channels={self.action_channels}",
                "as many numbers as action_channels",
                "Pass such actions, or make the cell for these.",
            )
        self.frame_encoder.build(frame)
        self.action_encoder.build((*frame[:3], self.action_channels))
        return 2 * self.cell.filters

    def encode(self, x, inputs):
        """Return the smallest maps of frame and action side by side; and those of the frame."""
        encoded = self.frame_encoder(x, return_all=True)
        action = inputs["action"][:, None, None]
        maps = ops.broadcast_to(action, (*ops.shape(x)[:3], self.action_channels))
        read = ops.concatenate([encoded[-1], self.action_encoder(maps)], axis=-1)
        return read, encoded if self.residual else None

    def decode(self, h, skips):
        """Return the prediction."""
        return self.frame_decoder(h, skips=skips)

    def build_decoder(self, output_shape, channels):
        """Create the decoder."""
        self.frame_decoder = FrameDecoder(
            (self.cell.filters // 2, channels),
            self.kernel_size,
            dtype=self.dtype_policy,
            name="frame_decoder",
        )
        self.frame_decoder.build((*output_shape[:3], self.cell.filters))

    @property
    def frame_channels(self):
        """Channels C of the frames the cell was built for; None before."""
        return self.frame_decoder.filters[-1] if self.frame_decoder else None

    def get_config(self):
        """Return every constructor argument."""
        config = super().get_config()
        del config["embedding_filters"]
        return {
            **config,
            "action_channels": self.action_channels,
            "kernel_size": self.kernel_size,
            "residual": self.residual,
        }
