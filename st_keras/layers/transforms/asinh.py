"""The inverse hyperbolic sine: a logarithm that passes through zero."""

import keras
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import check_number


@keras.saving.register_keras_serializable(package="st_keras")
class Asinh(FrameTransform):
    """asinh(x / scale): linear within about `scale`, a logarithm with the sign of x beyond it.

    Args:
        scale: float > 0, in the user's units. Default 1.0.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units.

    Returns:
        (..., C), float32. NaN stays NaN.

    Raises:
        ValueError: if scale is not positive.

    Example:

    >>> layer = Asinh(scale=2.0)
    >>> print(layer(ops.array([0.0, 2.0, -2.0])).numpy().round(3))
    [ 0.     0.881 -0.881]
    >>> print(layer.inverse(layer(ops.array([20.0]))).numpy().round(4))
    [20.]
    """

    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = check_number("Asinh", "scale", scale, 1e-30)

    def forward(self, frames):
        """Take asinh, of the absolute value: that of large negative numbers loses digits."""
        return ops.sign(frames) * ops.arcsinh(ops.abs(frames) / self.scale)

    def backward(self, values):
        """Take sinh."""
        return self.scale * ops.sinh(values)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "scale": self.scale}
