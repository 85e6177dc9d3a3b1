"""A plain stack of cells, each with states of its own."""

import keras
from keras import ops

from st_keras.cells.spatial_state_cell import SpatialStateCell, shared_action_channels
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class StackCell(SpatialStateCell):
    """Stack cells with spatial states into one cell: each reads the output of the one below.

        h1, states_1 = cell_1(x,  states_1)
        h2, states_2 = cell_2(h1, states_2)
        ...                                     output: h of the top layer

    `keras.layers.StackedRNNCells` does this for cells with vector states; this one says the shapes
    and dtypes of maps. For ST-LSTM cells, which share a memory, see `ZigzagStackCell`.

    Action-conditioned cells (`action_channels`) all read the action of the step, which is in the
    last channels of the input.

    Args:
        cells: list of L cells whose output is their first state, bottom layer first; all or none
            with `action_channels`.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C).
        states: those of the cells, bottom layer first.
        update_statistics: bool, for the cells with batch normalisation. Default False.

    Returns:
        `(hL', states')`, the states in the order they came.

    Raises:
        ValueError: for an empty list, cells of different `action_channels`, or with
            `return_responses`.

    Example:

    >>> import numpy as np
    >>> from st_keras.cells import ConvLSTMCell
    >>> stack = StackCell([ConvLSTMCell(4), ConvLSTMCell(8)])
    >>> stack.build((None, 16, 16, 1))
    >>> h, states = stack(np.zeros((2, 16, 16, 1), "float32"), stack.get_initial_state(2))
    >>> h.shape, len(states)
    (TensorShape([2, 16, 16, 8]), 4)
    """

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        self.cells = list(cells)
        if not self.cells:
            raise error("StackCell", "an empty list of cells", "at least one", "Pass [cell, ...].")
        if any(getattr(cell, "return_responses", False) for cell in self.cells):
            raise error(
                "StackCell",
                "a cell with return_responses=True",
                "cells whose output is h alone, which the next one reads",
                "Set it to False; ask the cells of a built stack by `slot_responses`.",
            )
        self.action_channels = shared_action_channels("StackCell", self.cells)

    @property
    def filters(self):
        """Channels of the output, by the name that cells have for them."""
        return self.output_channels

    @property
    def output_channels(self):
        """Channels of the output: those of the top layer."""
        return self.cells[-1].output_channels

    def build(self, input_shape):
        """Build all cells."""
        self.remember_spatial_shape(input_shape)
        shape = tuple(input_shape)
        for cell in self.cells:
            if not cell.built:  # a loaded cell comes built
                cell.build(shape)
            shape = (*shape[:3], cell.output_channels + self.action_channels)
        self.built = True

    def call(self, inputs, states, update_statistics=False):
        """Run the stack for one time step."""
        place = inputs.shape[-1] - self.action_channels
        x, action = inputs[..., :place], inputs[..., place:]
        states, new_states = iter(states), []
        for cell in self.cells:
            if self.action_channels:
                x = ops.concatenate([x, ops.cast(action, x.dtype)], axis=-1)
            own = [next(states) for _ in cell.state_names]
            updates = update_statistics and bool(cell.batch_statistics)
            x, own = cell(x, own, **({"update_statistics": True} if updates else {}))
            new_states += own
        return x, new_states

    def state_specs(self, spatial_shape):
        """The states of the cells, bottom layer first."""
        return [spec for cell in self.cells for spec in cell.state_specs(spatial_shape)]

    @property
    def state_names(self):
        """Names of the states with their layer, from 1: h1, slots1, h2, slots2, ..."""
        return [
            f"{name}{layer}"
            for layer, cell in enumerate(self.cells, start=1)
            for name in cell.state_names
        ]

    def get_initial_state(self, batch_size=None, spatial_shape=None):
        """Return the initial states of the cells, bottom layer first."""
        size = spatial_shape or self.spatial_shape
        return [state for cell in self.cells for state in cell.get_initial_state(batch_size, size)]

    @property
    def batch_statistics(self):
        """Those of all cells."""
        return [variable for cell in self.cells for variable in cell.batch_statistics]

    def get_config(self):
        """Return every constructor argument."""
        cells = [keras.saving.serialize_keras_object(cell) for cell in self.cells]
        return {**super().get_config(), "cells": cells}

    @classmethod
    def from_config(cls, config):
        """Rebuild the nested cells, then the stack."""
        cells = [keras.saving.deserialize_keras_object(cell) for cell in config["cells"]]
        return cls(**{**config, "cells": cells})
