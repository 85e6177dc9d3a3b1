"""`FrameTransform`: between the user's units and others, exactly there and back."""

import keras
from keras import ops


class FrameTransform(keras.layers.Layer):
    """Superclass of what maps values one by one, increasing, and back with `inverse`.

    A subclass defines `forward` and `backward`, and `get_config` with all its arguments. Missing
    values, NaN, stay NaN in both directions whatever these make of them.

    Args:
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units, any real dtype.

    Returns:
        The same shape, transformed. The arithmetic, and what `call` and `inverse` return, is in the
        variable dtype: float32 also under mixed precision.

    Example:

    >>> class Doubled(FrameTransform):  # register it with Keras to save it
    ...     def forward(self, frames):
    ...         return 2 * frames
    ...     def backward(self, values):
    ...         return values / 2
    >>> doubled = Doubled()
    >>> doubled(ops.array([1.0, 2.0])).numpy(), doubled.inverse([2.0]).numpy()
    (array([2., 4.], dtype=float32), array([1.], dtype=float32))
    """

    def __init__(self, **kwargs):
        super().__init__(autocast=False, **kwargs)
        self.built = True

    @property
    def channel_count(self):
        """Channels that frames must have, int; None, as here: any number."""
        return None

    def of_channels(self, indices):
        """Return the transform of some channels alone: here all are treated alike.

        Args:
            indices: sequence of ints, the channels, in the order they are to have.
        """
        return type(self).from_config(self.get_config())

    def forward(self, frames):
        """Transform float32 frames; NaN may become anything."""
        raise NotImplementedError

    def backward(self, values):
        """Undo `forward`."""
        raise NotImplementedError

    def check_channels(self, shape):
        """Raise `ValueError` if frames of this shape have other channels than the transform."""

    def call(self, frames):
        """User's units to transformed values."""
        return self._mapped(self.forward, frames)

    def inverse(self, values):
        """Transformed values to the user's units."""
        return self._mapped(self.backward, values)

    def compute_output_spec(self, frames):
        """The shape of the input, in the variable dtype."""
        self.check_channels(frames.shape)
        return keras.KerasTensor(frames.shape, self.variable_dtype)

    def _mapped(self, function, values):
        values = ops.cast(values, self.variable_dtype)
        self.check_channels(values.shape)
        return ops.where(ops.isnan(values), values, function(values))
