"""Feed a cell the observed frame or its own last prediction, as a flag per step says."""

import keras
from keras import ops

from st_keras.cells.convolutions import PointwiseConv2D
from st_keras.cells.initializers import PUBLISHED_INITIALIZER, fresh_initializer
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

    Pixels that are missing come with a map "valid": where it is 0 the frame is read whatever the
    flag says, for there it holds what stands for missing values. With `validity_channel` the cell
    reads this map too, beside the frame. What else is known of a step, but not predicted, comes as
    "auxiliary" maps, which the cell reads after these:

        read        = [x, valid if `validity_channel`, auxiliary]

    The prediction is float32 under mixed precision, also where it is fed back.

    A subclass may encode and decode otherwise: `build_encoder`, `encode`, `decode`,
    `build_decoder`, and the number `reduction` by which it divides height and width.

    Args:
        cell: the cell to run, such as `ZigzagStackCell`; its output is (B, H, W, F).
        embedding_filters: int or None. Channels of a 1x1 convolution without bias before the cell
            (ModeRNN has one). Default None: the cell reads the frame itself.
        validity_channel: bool. Whether the cell reads the map "valid" too. Default False.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: dict of "frame" (B, H, W, C), a (patched) frame, and "observed" (B, 1), its flag:
            1 observed, 0 not. Optional: "valid" (B, H, W, C), 1 where what is chosen is data or a
            prediction, 0 where the frame holds what stands for missing values (default: ones); and
            "auxiliary" (B, H, W, A), as many maps as the cell was built for.
        states: [prediction (B, H, W, C), *states of the cell].
        update_statistics, return_terms: bools, for a cell that takes them. Default False.

    Returns:
        `(prediction', [prediction', *states'])`: the prediction of the *next* frame. With
        `return_terms` `((prediction', terms), [...])`, the terms as the cell measures them.

    Raises:
        ValueError: for inputs that are no such dict, or auxiliary maps that are not those it was
            built for.

    Source: `forward` of the PredRNN reference code (mask * frame + (1 - mask) * prediction).

    Example:

    >>> import numpy as np
    >>> from st_keras.cells import SpatioTemporalLSTMCell, ZigzagStackCell
    >>> from st_keras.layers import SpatioTemporalRNN
    >>> rnn = SpatioTemporalRNN(RolloutCell(ZigzagStackCell([SpatioTemporalLSTMCell(8)])))
    >>> frames, flags = np.zeros((2, 6, 16, 16, 3), "float32"), np.ones((2, 6, 1), "float32")
    >>> rnn({"frame": frames, "observed": flags}).shape
    TensorShape([2, 16, 16, 3])
    """

    input_axes = {"frame": ("B", "H", "W", "C"), "observed": ("B", "1")}
    optional_axes = {"valid": ("B", "H", "W", "C"), "auxiliary": ("B", "H", "W", "A")}
    reduction = 1

    def __init__(self, cell, embedding_filters=None, validity_channel=False, **kwargs):
        super().__init__(**kwargs)
        self.cell = cell
        self.validity_channel = bool(validity_channel)
        self.auxiliary_channels = 0
        self.embedding_filters = embedding_filters
        if embedding_filters is not None:
            check_int("RolloutCell", "embedding_filters", embedding_filters, 1)
        self.frame_embedding = None
        self.frame_head = None

    def build(self, input_shape):
        """Build encoder, cell and decoder, for as many channels as the frames have."""
        self._check_inputs(input_shape)
        batch, height, width, channels = input_shape["frame"]
        self.remember_spatial_shape(input_shape["frame"])
        self.auxiliary_channels = input_shape.get("auxiliary", (0,))[-1]
        read = channels * (2 if self.validity_channel else 1) + self.auxiliary_channels
        encoded = self.build_encoder({**input_shape, "frame": (batch, height, width, read)})
        reduced = (batch, *self.reduced((height, width)))
        if not self.cell.built:  # a loaded cell comes built
            self.cell.build((*reduced, encoded))
        self.build_decoder((*reduced, self.cell.output_channels), channels)
        self.built = True

    def call(self, inputs, states, update_statistics=False, return_terms=False):
        """Choose the input, run the cell, predict the next frame."""
        prediction, *cell_states = states
        asked = {"update_statistics": update_statistics, "return_terms": return_terms}
        asked = {name: True for name, wanted in asked.items() if wanted}

        encoded, skips = self.encode(self.read(inputs, prediction), inputs)
        output, cell_states = self.cell(encoded, cell_states, **asked)
        h, *terms = output if return_terms else (output,)
        prediction = ops.cast(self.decode(h, skips), prediction.dtype)

        return (prediction, *terms) if return_terms else prediction, [prediction, *cell_states]

    def read(self, inputs, prediction):
        """Return the chosen frame with the maps beside it, (B, H, W, all of their channels)."""
        auxiliary = inputs.get("auxiliary")
        given = 0 if auxiliary is None else auxiliary.shape[-1]
        if given != self.auxiliary_channels:
            raise error(
                type(self).__name__,
                f"{given} auxiliary map(s)",
                f"{self.auxiliary_channels}, for which the cell was built",
                "Pass those maps, in the same order, or build a new cell.",
            )
        maps = [self.choose(inputs, prediction)]
        if self.validity_channel:
            maps.append(inputs["valid"] if "valid" in inputs else ops.ones_like(maps[0]))
        if given:
            maps.append(auxiliary)
        if len(maps) == 1:
            return maps[0]
        return ops.concatenate([ops.cast(each, prediction.dtype) for each in maps], axis=-1)

    def choose(self, inputs, prediction):
        """Return the observed frame or the last prediction, as flag and "valid" say."""
        observed = inputs["observed"][:, None, None] > 0.5
        if "valid" in inputs:
            observed = ops.logical_or(observed, inputs["valid"] < 0.5)
        # A choice, not a weighted sum: 0 * NaN would let an unobserved frame in.
        return ops.where(observed, ops.cast(inputs["frame"], prediction.dtype), prediction)

    def build_encoder(self, input_shape):
        """Create what `encode` needs; return the channels of what the cell reads.

        `input_shape` is that of `build`, with the channels of what `read` returns in "frame".
        """
        if self.embedding_filters is None:
            return input_shape["frame"][-1]
        self.frame_embedding = self._pointwise(
            self.embedding_filters, self.dtype_policy, "frame_embedding"
        )
        self.frame_embedding.build(input_shape["frame"])
        return self.embedding_filters

    def encode(self, x, inputs):
        """Return what the cell gets of what is read, x, and what `decode` needs besides h."""
        if self.frame_embedding is None:
            return x, None
        return self.frame_embedding(ops.cast(x, self.compute_dtype)), None

    def decode(self, h, skips):
        """Return the prediction."""
        return self.frame_head(h)

    def build_decoder(self, output_shape, channels):
        """Create what `decode` needs, for outputs of the cell of this shape."""
        self.frame_head = self._pointwise(channels, self.variable_dtype, "frame_head")
        self.frame_head.build(output_shape)

    @property
    def frame_channels(self):
        """Channels C of the frames the cell was built for; None before."""
        return self.frame_head.filters if self.frame_head else None

    def reduced(self, spatial_shape):
        """Return the size of the maps that the cell reads."""
        return tuple(None if size is None else size // self.reduction for size in spatial_shape)

    def state_specs(self, spatial_shape):
        """The last prediction, in the variable dtype, then the states of the cell."""
        prediction = ((*spatial_shape, self.frame_channels), self.variable_dtype)
        return [prediction, *self.cell.state_specs(self.reduced(spatial_shape))]

    @property
    def state_names(self):
        """Names of the states: "prediction", then those of the cell."""
        return ["prediction", *self.cell.state_names]

    def get_initial_state(self, batch_size=None, spatial_shape=None):
        """Return a prediction of zeros, and the initial states of the cell."""
        size = tuple(spatial_shape or self.spatial_shape)
        shape, dtype = self.state_specs(size)[0]
        prediction = ops.zeros((batch_size, *shape), dtype=dtype)
        return [prediction, *self.cell.get_initial_state(batch_size, self.reduced(size))]

    @property
    def batch_statistics(self):
        """Those of the cell."""
        return self.cell.batch_statistics

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "cell": keras.saving.serialize_keras_object(self.cell),
            "embedding_filters": self.embedding_filters,
            "validity_channel": self.validity_channel,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested cell, then this one."""
        return cls(**{**config, "cell": keras.saving.deserialize_keras_object(config["cell"])})

    def _check_inputs(self, shapes):
        where = type(self).__name__
        required = set(self.input_axes)
        known = required | set(self.optional_axes)
        if not isinstance(shapes, dict) or not required <= set(shapes) <= known:
            came = sorted(shapes) if isinstance(shapes, dict) else f"one input of shape {shapes}"
            raise error(
                where,
                f"{came}",
                f"a dict of {list(self.input_axes)}",
                "Pass each by its name.",
            )
        axes = {**self.input_axes, **self.optional_axes}
        for name in shapes:
            check_rank(where, f"one time step of {name!r}", shapes[name], axes[name])

    def _pointwise(self, filters, dtype, name):
        return PointwiseConv2D(
            filters,
            use_bias=False,
            kernel_initializer=fresh_initializer(PUBLISHED_INITIALIZER),
            dtype=dtype,
            name=name,
        )
