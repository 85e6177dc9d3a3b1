"""What every cell with image-like states shares: how its states look and how they start."""

import keras
from keras import ops

from st_keras.validation import check_rank, error


class SpatialStateCell(keras.layers.Layer):
    """Abstract cell whose states are maps (B, H, W, F). See `cells/README.md` for the contract.

    A concrete cell implements `state_specs`, `state_names`, `build` (which calls
    `remember_spatial_shape`) and `call(inputs, states) -> (output, new_states)`.

    Each state keeps the dtype it comes in with. `get_initial_state` starts memories in the
    variable dtype (float32 under mixed precision), which is why autocasting of arguments is off.
    """

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.spatial_shape = None

    def state_specs(self, spatial_shape):
        """Return `[(shape without batch, dtype), ...]`, one entry per state."""
        raise NotImplementedError

    @property
    def state_names(self):
        """Names of the states, one per entry of `state_specs`: served models go by them."""
        raise NotImplementedError

    @property
    def memory_name(self):
        """Name of the state that is the memory of this layer; default: the last one."""
        return self.state_names[-1]

    def by_name(self, states):
        """Return states, which come in the order of `state_names`, as a dict."""
        return dict(zip(self.state_names, states, strict=True))

    @property
    def state_size(self):
        """Shapes of the states without batch; H and W are None until the cell is built."""
        return [shape for shape, _ in self.state_specs(self.spatial_shape or (None, None))]

    @property
    def output_channels(self):
        """Channels of the output, which for most cells is their first state."""
        return self.state_size[0][-1]

    @property
    def output_size(self):
        """Refused: `keras.layers.RNN` asks for it in functional models, as an integer."""
        raise error(
            type(self).__name__,
            "a symbolic call inside keras.layers.RNN",
            "st_keras.layers.SpatioTemporalRNN in functional models, because keras.layers.RNN can "
            "only state outputs of shape (batch, units)",
            f"Write SpatioTemporalRNN({type(self).__name__}(...)) instead of RNN(...).",
        )

    def remember_spatial_shape(self, input_shape):
        """Note (H, W) of a (B, H, W, C) input: where states start when nobody says their size."""
        check_rank(type(self).__name__, "one time step", input_shape, ("B", "H", "W", "C"))
        self.spatial_shape = tuple(input_shape[1:3])

    @property
    def batch_statistics(self):
        """List of the variables that batch normalisation updates in training; here none.

        A cell that has some takes `update_statistics` in its `call`: whether to normalise by the
        batch and to assign them. `SpatioTemporalRNN` carries their values through its loop.
        """
        return []

    def get_initial_state(self, batch_size=None, spatial_shape=None):
        """Return zero states.

        Args:
            batch_size: int or scalar tensor B.
            spatial_shape: (H, W), ints or scalar tensors. Default: the size the cell was built for.

        Returns:
            List of tensors, one per entry of `state_specs`.

        Raises:
            ValueError: if no size is given and the cell was built for an unknown one.
        """
        if spatial_shape is None:
            spatial_shape = self.spatial_shape
        if spatial_shape is None or any(size is None for size in spatial_shape):
            raise error(
                type(self).__name__,
                f"spatial_shape={spatial_shape}",
                "the height and width of the state maps",
                "Build the cell for a known size, or pass spatial_shape=(H, W).",
            )
        return [
            ops.zeros((batch_size, *shape), dtype=dtype)
            for shape, dtype in self.state_specs(tuple(spatial_shape))
        ]


def shared_action_channels(where, cells):
    """Return the `action_channels` that the cells of a stack have, 0 if they read no action.

    Raises:
        ValueError: if they differ.
    """
    sizes = [getattr(cell, "action_channels", 0) for cell in cells]
    if len(set(sizes)) > 1:
        raise error(
            where,
            f"cells with action_channels {sizes}",
            "cells that take the same action, or none",
            "Use one action_channels everywhere.",
        )
    return sizes[0]
