"""One step of the action-conditioned PredRNN: encode frame and action, run the stack, decode."""

import keras
from keras import ops

from st_keras.cells.kernel_size import check_kernel_size
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.layers.frame_decoder import FrameDecoder
from st_keras.layers.frame_encoder import FrameEncoder
from st_keras.validation import check_int, check_rank, error

# Frames are halved twice on the way into the stack.
REDUCTION = 4


@keras.saving.register_keras_serializable(package="st_keras")
class ActionConditionedRolloutCell(SpatialStateCell):
    """Next-frame prediction given an action, on the observed frame or the own last prediction.

        x           = frame if observed else prediction       per sample and step
        e1, e2      = FrameEncoder(x)                         F/2 maps of H/2, F maps of H/4
        h, states   = cell([e2, FrameEncoder_a(action)], states)
        prediction  = FrameDecoder(h, skips=[e1, e2])         h + e2 -> F/2 maps, + e1 -> frame

    As in `RolloutCell`, a frame whose flag is 0 is never read. Actions are always read.

    Args:
        cell: `ActionConditionedStackCell`, or `StackCell` of cells that are told actions, whose
            `action_channels` equal its `filters` F >= 2.
        action_channels: int A >= 1, channels of the action maps in the input.
        kernel_size: odd int or pair of odd ints, of encoders and decoder. Default 5.
        residual: bool. Give e1 and e2 to the decoder (`res_on_conv`). Default True.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C+A+1): a (patched) frame of C channels, the action as A maps, the flag
            of the frame (1 observed, 0 not). H and W divisible by 4.
        states: [prediction (B, H, W, C), *states of the cell (B, H/4, W/4, ...)].

    Returns:
        `(prediction', [prediction', *states'])`: the prediction of the *next* frame, float32 also
        under mixed precision.

    Raises:
        ValueError: if the input has no channel for a frame, or H or W is not divisible by 4.

    Source: `forward` of the action-conditioned network in the PredRNN reference code.
    """

    def __init__(self, cell, action_channels, kernel_size=5, residual=True, **kwargs):
        super().__init__(**kwargs)
        where = "ActionConditionedRolloutCell"
        self.cell = cell
        self.action_channels = check_int(where, "action_channels", action_channels, 1)
        self.kernel_size = check_kernel_size(where, kernel_size)
        self.residual = bool(residual)
        filters = (cell.filters // 2, cell.filters)
        shared = {"kernel_size": self.kernel_size, "dtype": self.dtype_policy}
        self.frame_encoder = FrameEncoder(filters, name="frame_encoder", **shared)
        self.action_encoder = FrameEncoder(filters, name="action_encoder", **shared)
        self.frame_decoder = None

    def build(self, input_shape):
        """Build the cell, and encoders and decoder for the channels of frame and action."""
        axes = ("B", "H", "W", "C+A+1")
        check_rank("ActionConditionedRolloutCell", "one time step", input_shape, axes)
        channels = input_shape[-1] - self.action_channels - 1
        if channels < 1:
            raise error(
                "ActionConditionedRolloutCell",
                f"{input_shape[-1]} input channel(s) with action_channels={self.action_channels}",
                "the channels of the frame, of the action, and one more for the flag",
                "Concatenate frames, action maps and flags along the last axis.",
            )
        self.remember_spatial_shape(input_shape)
        batch, height, width, _ = input_shape
        filters = self.cell.filters
        self.frame_encoder.build((batch, height, width, channels))
        self.action_encoder.build((batch, height, width, self.action_channels))
        if not self.cell.built:  # a loaded cell comes built
            self.cell.build((batch, *_reduced((height, width)), 2 * filters))
        self.frame_decoder = FrameDecoder(
            (filters // 2, channels),
            self.kernel_size,
            dtype=self.dtype_policy,
            name="frame_decoder",
        )
        self.frame_decoder.build((batch, *_reduced((height, width)), filters))
        self.built = True

    @property
    def frame_channels(self):
        """Channels C of the frames the cell was built for; None before."""
        return self.frame_decoder.filters[-1] if self.frame_decoder else None

    def call(self, inputs, states):
        """Choose the input, encode it, run the cell, decode the next frame."""
        prediction, *cell_states = states
        C = self.frame_channels
        frame, action, observed = inputs[..., :C], inputs[..., C:-1], inputs[..., -1:]
        # A choice, not a weighted sum: 0 * NaN would let an unobserved frame in.
        x = ops.where(observed > 0.5, ops.cast(frame, prediction.dtype), prediction)
        encoded = self.frame_encoder(x, return_all=True)
        encoded_action = self.action_encoder(action)
        h, cell_states = self.cell(
            ops.concatenate([encoded[-1], encoded_action], axis=-1), cell_states
        )
        decoded = self.frame_decoder(h, skips=encoded if self.residual else None)
        prediction = ops.cast(decoded, prediction.dtype)
        return prediction, [prediction, *cell_states]

    def state_specs(self, spatial_shape):
        """The last prediction, in the variable dtype, then the states of the cell, at a quarter."""
        prediction = ((*spatial_shape, self.frame_channels), self.variable_dtype)
        return [prediction, *self.cell.state_specs(_reduced(spatial_shape))]

    @property
    def state_names(self):
        """Names of the states: "prediction", then those of the cell."""
        return ["prediction", *self.cell.state_names]

    def get_initial_state(self, batch_size=None, spatial_shape=None, **cell_arguments):
        """Return zero states; further arguments go to the cell's `get_initial_state`."""
        spatial_shape = tuple(spatial_shape or self.spatial_shape)
        cell_states = self.cell.get_initial_state(
            batch_size, _reduced(spatial_shape), **cell_arguments
        )
        shape, dtype = self.state_specs(spatial_shape)[0]
        return [ops.zeros((batch_size, *shape), dtype=dtype), *cell_states]

    @property
    def num_statistics(self):
        """Those of the cell."""
        return self.cell.num_statistics

    def initial_statistics(self):
        """Return those of the cell."""
        return self.cell.initial_statistics()

    def assign_statistics(self, statistics):
        """Hand them to the cell."""
        self.cell.assign_statistics(statistics)

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "cell": keras.saving.serialize_keras_object(self.cell),
            "action_channels": self.action_channels,
            "kernel_size": self.kernel_size,
            "residual": self.residual,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested cell, then this one."""
        return cls(**{**config, "cell": keras.saving.deserialize_keras_object(config["cell"])})


def _reduced(spatial_shape):
    return tuple(None if size is None else size // REDUCTION for size in spatial_shape)
