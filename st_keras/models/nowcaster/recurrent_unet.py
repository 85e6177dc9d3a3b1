"""A U-Net whose middle is recurrent: the cells of PredRNN or ModeRNN over the frames."""

import keras
from keras import ops

from st_keras.cells.stack_cell import StackCell
from st_keras.layers.spatio_temporal_rnn import SpatioTemporalRNN
from st_keras.models.modernn.mode_cell import ModeCell
from st_keras.models.predrnn.spatio_temporal_lstm_cell import SpatioTemporalLSTMCell
from st_keras.models.predrnn.zigzag_stack_cell import ZigzagStackCell
from st_keras.ops.patching import frames_to_patches
from st_keras.ops.pooled_maps import enlarge_maps, pool_maps
from st_keras.ops.silu import silu
from st_keras.validation import check_one_of

_PATCH = 4


@keras.saving.register_keras_serializable(package="st_keras")
class RecurrentUNet(keras.layers.Layer):
    """Read the frames along the motion one by one, from the first to the last.

    Patches of 4 x 4 pixels of each frame and of what is valid in it go through two layers of cells;
    the last output joins convolutions on 1, 1/2 and 1/4 of the size, and back with skips.

    Args:
        cell: "predrnn", ST-LSTM with the zig-zag memory, or "modernn".
        filters: int, of each layer of cells. Default 32.
        output_filters: int. Default 20.
        **kwargs: `name`, `dtype`.

    Call arguments:
        frames, valid, maps: as of `ResidualUNet`.

    Returns:
        (B, H, W, output_filters).

    Raises:
        ValueError: for another `cell`.

    Example:

    >>> frames = ops.ones((2, 32, 48, 6))
    >>> RecurrentUNet("predrnn", filters=8)(frames, frames, frames).shape
    TensorShape([2, 32, 48, 20])
    """

    def __init__(self, cell, filters=32, output_filters=20, **kwargs):
        super().__init__(**kwargs)
        self.cell = check_one_of("RecurrentUNet", "cell", cell, ("predrnn", "modernn"))
        self.filters, self.output_filters = filters, output_filters
        own = self.dtype_policy
        if cell == "predrnn":
            layers = [SpatioTemporalLSTMCell(filters, 3, dtype=own) for _ in range(2)]
            stack = ZigzagStackCell(layers, dtype=own)
        else:
            stack = StackCell(
                [ModeCell(filters, layer_norm=False, dtype=own) for _ in range(2)], dtype=own
            )
        self.rnn = SpatioTemporalRNN(stack, dtype=own, name="rnn")

        def convolution(width, name):
            return keras.layers.Conv2D(
                width, 3, padding="same", activation=silu, dtype=own, name=name
            )

        self.full, self.half = convolution(12, "full"), convolution(24, "half")
        self.middle = convolution(32, "middle")
        self.up_half, self.up_full = (
            convolution(24, "up_half"),
            convolution(output_filters, "up_full"),
        )

    def build(self, frames_shape, valid_shape, maps_shape):
        """Create all weights."""
        batch, height, width, steps = frames_shape
        half, quarter = ((batch, height and height // k, width and width // k) for k in (2, 4))
        self.rnn.build((batch, steps, *quarter[1:], 2 * _PATCH**2))
        channels = frames_shape[-1] + valid_shape[-1] + maps_shape[-1]
        self.full.build((batch, height, width, channels))
        self.half.build((*half, 12))
        self.middle.build((*quarter, 24 + self.filters))
        self.up_half.build((*half, 32 + 24))
        self.up_full.build((batch, height, width, 24 + 12))
        self.built = True

    def call(self, frames, valid, maps, training=False):
        """Down, through time, and up."""
        frames, valid, maps = (ops.cast(each, self.compute_dtype) for each in (frames, valid, maps))
        both = ops.stack([ops.flip(frames, -1), ops.flip(valid, -1)], axis=-1)  # first frame first
        patches = frames_to_patches(ops.transpose(both, (0, 3, 1, 2, 4)), _PATCH)
        seen = ops.cast(self.rnn(patches, training=training), self.compute_dtype)
        full = self.full(ops.concatenate([frames, valid, maps], axis=-1))
        half = self.half(pool_maps(full, 2))
        middle = self.middle(ops.concatenate([pool_maps(half, 2), seen], axis=-1))
        half = self.up_half(ops.concatenate([enlarge_maps(middle, 2), half], axis=-1))
        return self.up_full(ops.concatenate([enlarge_maps(half, 2), full], axis=-1))

    def compute_output_shape(self, frames_shape, valid_shape, maps_shape):
        """The size of the frames."""
        return (*frames_shape[:3], self.output_filters)

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "cell": self.cell,
            "filters": self.filters,
            "output_filters": self.output_filters,
        }
