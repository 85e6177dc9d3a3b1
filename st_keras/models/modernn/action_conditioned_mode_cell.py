"""The action-conditioned ModeCell."""

import keras
from keras import ops

from st_keras.cells.convolutions import convolution
from st_keras.models.modernn.mode_cell import ModeCell
from st_keras.validation import check_int, error


@keras.saving.register_keras_serializable(package="st_keras")
class ActionConditionedModeCell(ModeCell):
    """One step of ModeRNN given an action: what the slots read is scaled by the encoded action.

        u = [x, h] . LN(Wa * a)             then as `ModeCell`

    Args:
        filters: int F >= 1.
        action_channels: int A >= 1, channels of the encoded action, the last ones of the input.
        **kwargs: the other arguments of `ModeCell`. Without `layer_norm` there is no LN here too.

    Call arguments:
        inputs: (B, H, W, C+A), one time step: C channels of the frame, then A of the action.
        states: as in `ModeCell`.

    Returns:
        As `ModeCell`.

    Raises:
        ValueError: as `ModeCell`; for an input without channels besides the action.

    Source: the action-conditioned variant in ModeRNN's released code, which cannot run (it needs
    modules that were not released), so that its numbers cannot be compared.

    Example:

    >>> import numpy as np
    >>> cell = ActionConditionedModeCell(8, action_channels=2)
    >>> cell.build((None, 4, 4, 1 + 2))
    >>> h, states = cell(np.zeros((2, 4, 4, 1 + 2), "float32"), cell.get_initial_state(2))
    >>> h.shape
    TensorShape([2, 4, 4, 8])
    """

    def __init__(self, filters, action_channels, **kwargs):
        super().__init__(filters, **kwargs)
        self.action_channels = check_int(
            "ActionConditionedModeCell", "action_channels", action_channels, 1
        )
        self.action_conv, self.action_norm = None, None

    def build(self, input_shape):
        """Create all weights for inputs (B, H, W, C+A)."""
        *space, channels = input_shape
        if channels <= self.action_channels:
            raise error(
                "ActionConditionedModeCell",
                f"{channels} input channel(s) with action_channels={self.action_channels}",
                "the channels of the frame and those of the action",
                "Concatenate frame and action maps along the last axis.",
            )
        channels -= self.action_channels
        super().build((*space, channels))
        self.built = False  # until the rest is there
        features = channels + self.filters
        self.action_conv = convolution(
            features, 3, self.action_channels, dtype=self.dtype_policy, name="action_conv"
        )
        self.action_conv.build((*space, self.action_channels))
        if self.layer_norm:
            self.action_norm = keras.layers.LayerNormalization(
                axis=(1, 2, 3), epsilon=1e-5, dtype=self.dtype_policy, name="action_norm"
            )
            self.action_norm.build((*space, features))
        self.built = True

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "action_channels": self.action_channels}

    def _seen(self, inputs, h):
        action = ops.cast(inputs[..., -self.action_channels :], self.compute_dtype)
        scale = self.action_conv(action)
        if self.layer_norm:
            scale = self.action_norm(scale)
        return super()._seen(inputs[..., : -self.action_channels], h) * scale
