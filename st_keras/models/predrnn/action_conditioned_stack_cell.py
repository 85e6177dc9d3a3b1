"""The zig-zag stack in which every layer sees the action of the step."""

import keras

from st_keras.models.predrnn.zigzag_stack_cell import ZigzagStackCell
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class ActionConditionedStackCell(ZigzagStackCell):
    """`ZigzagStackCell` of action-conditioned cells alone: one action `a` goes to all layers.

        h1, c1, m = cell_1([x,  a], [h1, c1, m])
        h2, c2, m = cell_2([h1, a], [h2, c2, m])
        ...                                     output: h of the top layer

    The zig-zag of `m` and memory decoupling are those of `ZigzagStackCell`.

    Args:
        cells: list of L `ActionConditionedSpatioTemporalLSTMCell` with equal `filters` and equal
            `action_channels` A, bottom layer first.
        decoupling: bool. Own the adapter; needs cells with `return_increments=True`.
            Default False.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: (B, H, W, C+A): C channels for the bottom layer, then A channels of the action.
        states, return_terms: as those of `ZigzagStackCell`, whose results it returns.

    Raises:
        ValueError: as `ZigzagStackCell`; for cells that take no action, or of different
            `action_channels`.

    Source: the action-conditioned network of PredRNN-V2 (arXiv 2103.09504), as released.

    Example:

    >>> import numpy as np
    >>> from st_keras.models.predrnn.action_conditioned_spatio_temporal_lstm_cell import (
    ...     ActionConditionedSpatioTemporalLSTMCell as Cell)
    >>> stack = ActionConditionedStackCell([Cell(8, 4), Cell(8, 4)])
    >>> stack.build((None, 16, 16, 1 + 4))
    >>> h, states = stack(np.zeros((2, 16, 16, 1 + 4), "float32"), stack.get_initial_state(2))
    >>> h.shape, len(states)
    (TensorShape([2, 16, 16, 8]), 5)
    """

    def __init__(self, cells, decoupling=False, **kwargs):
        super().__init__(cells, decoupling=decoupling, **kwargs)
        sizes = [getattr(cell, "action_channels", None) for cell in self.cells]
        if None in sizes:
            raise error(
                "ActionConditionedStackCell",
                f"cells with action_channels {sizes}",
                "cells that take the same action",
                "Use ActionConditionedSpatioTemporalLSTMCell with one action_channels everywhere.",
            )
