"""Feed a cell the observed frame or its own last prediction, as a flag per step says."""

import keras
from keras import ops

from st_keras.cells.initializers import PUBLISHED_INITIALIZER, fresh_initializer
from st_keras.cells.pointwise_conv import PointwiseConv2D
from st_keras.cells.spatial_state_cell import SpatialStateCell
from st_keras.validation import check_int, check_rank, error


@keras.saving.register_keras_serializable(package="st_keras")
class RolloutCell(SpatialStateCell):
    """Turn a recurrent cell into a next-frame predictor that can run on its own predictions.

        x           = frame if observed else prediction       per sample and step
        h, states   = cell(E11 * x, states)                   E11: `embedding_filters`, else x
        prediction  = W11 * h                                 1x1 convolution, no bias, linear

    Flags of ones are teacher forcing; zeros after the context are the closed loop of a forecast;
    flags drawn at random are (reverse) scheduled sampling. The flags come with the input, drawn
    outside the loop, since Keras calls a cell once more than there are steps. A frame whose flag
    is 0 is never read: it may even hold NaN.

    The prediction is float32 under mixed precision, also where it is fed back.

    Args:
        cell: the cell to run, such as `ZigzagStackCell`; its output is (B, H, W, F).
        embedding_filters: int or None. Channels of a 1x1 convolution without bias before the cell
            (ModeRNN has one). Default None: the cell reads the frame itself.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C+1): a (patched) frame of C channels, then its flag (1 observed, 0 not)
            as one more channel.
        states: [prediction (B, H, W, C), *states of the cell].

    Returns:
        `(prediction', [prediction', *states'])`: the prediction of the *next* frame.

    Raises:
        ValueError: if the input has fewer than two channels.

    Source: `forward` of the PredRNN reference code (mask * frame + (1 - mask) * prediction).

    Example:

    >>> import numpy as np
    >>> from st_keras.cells import SpatioTemporalLSTMCell, ZigzagStackCell
    >>> from st_keras.layers import SpatioTemporalRNN
    >>> cell = RolloutCell(ZigzagStackCell([SpatioTemporalLSTMCell(8)]))
    >>> frames = np.zeros((2, 6, 16, 16, 3), "float32")
    >>> observed = np.ones((2, 6, 16, 16, 1), "float32")
    >>> SpatioTemporalRNN(cell, return_sequences=True)(np.concatenate([frames, observed], -1)).shape
    TensorShape([2, 6, 16, 16, 3])
    """

    def __init__(self, cell, embedding_filters=None, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell
        self.embedding_filters = embedding_filters
        if embedding_filters is not None:
            check_int("RolloutCell", "embedding_filters", embedding_filters, 1)
        self.frame_embedding = None
        self.frame_head = None

    def build(self, input_shape):
        """Build the cell, and the head for as many channels as the frames have."""
        check_rank("RolloutCell", "one time step", input_shape, ("B", "H", "W", "C+1"))
        channels = input_shape[-1] - 1
        if channels < 1:
            raise error(
                "RolloutCell",
                f"{input_shape[-1]} input channel(s)",
                "the channels of the frame and one more for the flag",
                "Concatenate frames and flags along the last axis.",
            )
        self.remember_spatial_shape(input_shape)
        shape = (*input_shape[:3], channels)
        if self.embedding_filters:
            self.frame_embedding = self._pointwise(
                self.embedding_filters, self.dtype_policy, "frame_embedding"
            )
            self.frame_embedding.build(shape)
            shape = (*shape[:3], self.embedding_filters)
        if not self.cell.built:  # a loaded cell comes built
            self.cell.build(shape)
        self.frame_head = self._pointwise(channels, self.variable_dtype, "frame_head")
        self.frame_head.build((*input_shape[:3], self.cell.output_channels))
        self.built = True

    @property
    def frame_channels(self):
        """Channels C of the frames the cell was built for; None before."""
        return self.frame_head.filters if self.frame_head else None

    def call(self, inputs, states):
        """Choose the input, run the cell, predict the next frame."""
        prediction, *cell_states = states
        x = self.embedded(inputs, prediction)
        h, cell_states = self.cell(x, cell_states)
        prediction = ops.cast(self.frame_head(h), prediction.dtype)
        return prediction, [prediction, *cell_states]

    def embedded(self, inputs, prediction):
        """Return what the cell reads: the observed frame or the last prediction, embedded."""
        frame, observed = inputs[..., :-1], inputs[..., -1:]
        # A choice, not a weighted sum: 0 * NaN would let an unobserved frame in.
        x = ops.where(observed > 0.5, ops.cast(frame, prediction.dtype), prediction)
        if self.frame_embedding is not None:
            x = self.frame_embedding(ops.cast(x, self.compute_dtype))
        return x

    def state_specs(self, spatial_shape):
        """The last prediction, in the variable dtype, then the states of the cell."""
        prediction = ((*spatial_shape, self.frame_channels), self.variable_dtype)
        return [prediction, *self.cell.state_specs(spatial_shape)]

    @property
    def state_names(self):
        """Names of the states: "prediction", then those of the cell."""
        return ["prediction", *self.cell.state_names]

    def get_initial_state(self, batch_size=None, spatial_shape=None, **cell_arguments):
        """Return zero states; further arguments go to the cell's `get_initial_state`."""
        cell_states = self.cell.get_initial_state(batch_size, spatial_shape, **cell_arguments)
        shape, dtype = self.state_specs(tuple(spatial_shape or self.spatial_shape))[0]
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
            "embedding_filters": self.embedding_filters,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested cell, then this one."""
        return cls(**{**config, "cell": keras.saving.deserialize_keras_object(config["cell"])})

    def _pointwise(self, filters, dtype, name):
        return PointwiseConv2D(
            filters,
            use_bias=False,
            kernel_initializer=fresh_initializer(PUBLISHED_INITIALIZER),
            dtype=dtype,
            name=name,
        )
