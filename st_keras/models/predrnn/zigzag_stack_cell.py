"""A stack of cells that share one spatiotemporal memory `m`, which zig-zags through it."""

import keras
from keras import ops

from st_keras.cells.convolutions import PointwiseConv2D
from st_keras.cells.initializers import PUBLISHED_INITIALIZER, fresh_initializer
from st_keras.cells.spatial_state_cell import SpatialStateCell, shared_action_channels
from st_keras.gradients.remat_call import remat_call
from st_keras.ops import channel_similarity
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class ZigzagStackCell(SpatialStateCell):
    """Stack ST-LSTM cells into one cell with a single, zig-zagging memory `m`.

    Within a time step `m` goes from the bottom layer to the top; the top layer's `m` enters the
    bottom layer at the next time step. (`keras.layers.StackedRNNCells` gives every cell states of
    its own and cannot express this.)

        h1, c1, m = cell_1(x,  [h1, c1, m])
        h2, c2, m = cell_2(h1, [h2, c2, m])
        ...                                     output: h of the top layer

    With `decoupling=True` (PredRNN-V2) the stack owns the adapter A, a 1x1 convolution without bias
    shared by all layers and both memories, and can measure the memory decoupling term of the step,

        decoupling[:, l] = mean over channels of channel_similarity(A * delta_c_l, A * delta_m_l)

    which it returns as an output, because a loss that is added inside a loop body cannot leave it.
    Inference does not ask for it and pays nothing.

    Action-conditioned cells (`action_channels`) all read the action of the step, which is in the
    last channels of the input.

    Args:
        cells: list of L cells with states [h, c, m] and equal `filters`, bottom layer first; all or
            none with `action_channels`.
        decoupling: bool. Own the adapter; needs cells with `return_increments=True`.
            Default False (PredRNN, V1).
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C), or (B, H, W, C+A) with an action.
        states: [h1, c1, ..., hL, cL, m].
        return_terms: bool. Also measure the loss terms of the step. Default False.

    Returns:
        `(hL', states')`, the states in the order they came; with `return_terms`
        `((hL', {"decoupling": (B, L) in float32}), states')`, or `{}` without decoupling.

    Raises:
        ValueError: for an empty list, cells of different `filters` or `action_channels`, or
            `decoupling` with cells that do not return their increments (and the other way round).

    Source: PredRNN (NeurIPS 2017) for the zig-zag; PredRNN-V2 (arXiv 2103.09504) for decoupling.
    The paper sums over time, layers and channels; the reference code, and this class, average.

    Example:

    >>> import numpy as np
    >>> from st_keras.cells import SpatioTemporalLSTMCell
    >>> stack = ZigzagStackCell([SpatioTemporalLSTMCell(8), SpatioTemporalLSTMCell(8)])
    >>> stack.build((None, 16, 16, 1))
    >>> h, states = stack(np.zeros((2, 16, 16, 1), "float32"), stack.get_initial_state(2))
    >>> h.shape, len(states)
    (TensorShape([2, 16, 16, 8]), 5)
    """

    def __init__(self, cells, decoupling=False, **kwargs):
        super().__init__(**kwargs)
        self.cells = list(cells)
        self.decoupling = bool(decoupling)
        self._check_cells()
        self.action_channels = shared_action_channels("ZigzagStackCell", self.cells)
        self.adapter = None
        if self.decoupling:
            self.adapter = PointwiseConv2D(
                self.cells[0].filters,
                use_bias=False,
                kernel_initializer=fresh_initializer(PUBLISHED_INITIALIZER),
                dtype=self.dtype_policy,
                name="adapter",
            )

    @property
    def filters(self):
        """Channels F of h, c and m, and of the output."""
        return self.cells[0].filters

    def build(self, input_shape):
        """Build all cells, and the adapter."""
        self.remember_spatial_shape(input_shape)
        shape = tuple(input_shape)
        for cell in self.cells:
            if not cell.built:  # a loaded cell comes built
                cell.build(shape)
            shape = (*shape[:3], self.filters + self.action_channels)
        if self.adapter is not None:
            self.adapter.build((*shape[:3], self.filters))
        self.built = True

    def call(self, inputs, states, return_terms=False):
        """Run the stack for one time step."""
        state, increments = self.by_name(states), []
        place = inputs.shape[-1] - self.action_channels
        x, action = inputs[..., :place], inputs[..., place:]
        for layer, cell in enumerate(self.cells, start=1):
            names = f"h{layer}", f"c{layer}", "m"
            if self.action_channels:
                x = ops.concatenate([x, ops.cast(action, x.dtype)], axis=-1)
            output, updated = cell(x, [state[name] for name in names])
            if cell.return_increments:
                increments.append(output[1:])
            state.update(zip(names, updated, strict=True))
            x = updated[0]
        if return_terms:
            x = x, {"decoupling": self._decoupling(increments)} if self.decoupling else {}
        return x, list(state.values())

    def state_specs(self, spatial_shape):
        """[h1, c1, ..., hL, cL, m]."""
        per_layer = [cell.state_specs(spatial_shape) for cell in self.cells]
        return [spec for h, c, _ in per_layer for spec in (h, c)] + [per_layer[0][2]]

    @property
    def state_names(self):
        """Names of the states: h1, c1, ..., hL, cL, m."""
        return [
            *(f"{name}{layer}" for layer in range(1, len(self.cells) + 1) for name in "hc"),
            "m",
        ]

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "cells": [keras.saving.serialize_keras_object(cell) for cell in self.cells],
            "decoupling": self.decoupling,
        }

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested cells, then the stack."""
        cells = [keras.saving.deserialize_keras_object(cell) for cell in config["cells"]]
        return cls(**{**config, "cells": cells})

    def _decoupling(self, increments):
        # All layers and both memories pass the adapter as one batch: two small convolutions per
        # time step instead of 2L.
        delta_c, delta_m = (
            ops.concatenate(deltas, axis=0) for deltas in zip(*increments, strict=True)
        )
        maps = [self.adapter(delta_c), self.adapter(delta_m)]  # each (L*B, H, W, F)
        # Computed again for the gradient, which would keep four float32 maps of every step.
        similarity = remat_call(lambda maps: channel_similarity(*maps), maps)  # (L*B, F)
        per_layer = ops.reshape(ops.mean(similarity, axis=-1), (len(self.cells), -1))  # (L, B)
        return ops.transpose(per_layer)

    def _check_cells(self):
        if not self.cells:
            raise error(
                "ZigzagStackCell",
                "an empty list of cells",
                "at least one cell",
                "Pass [cell, ...].",
            )
        widths = [cell.filters for cell in self.cells]
        if len(set(widths)) > 1:
            raise error(
                "ZigzagStackCell",
                f"cells with filters {widths}",
                "equal filters in all layers, because the memory m passes through all of them",
                f"Use filters={widths[0]} in every cell.",
            )
        if any(cell.return_increments != self.decoupling for cell in self.cells):
            raise error(
                "ZigzagStackCell",
                f"decoupling={self.decoupling} with cells whose return_increments are "
                f"{[cell.return_increments for cell in self.cells]}",
                "return_increments equal to decoupling in every cell",
                f"Create the cells with return_increments={self.decoupling}.",
            )
