"""The logarithm of one plus a value, on both sides of zero."""

import keras
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import check_number


@keras.saving.register_keras_serializable(package="st_keras")
class LogScale(FrameTransform):
    """log(1 + x / scale), with the sign of x: linear about 0, a logarithm far above `scale`.

        call     sign(x) log(1 + |x| / scale)
        inverse  sign(y) scale (exp(|y|) - 1)

    Args:
        scale: float > 0, in the user's units: where the logarithm begins. Default 1.0.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units.

    Returns:
        (..., C), float32. NaN stays NaN.

    Raises:
        ValueError: if scale is not positive.

    Example:

    >>> layer = LogScale(scale=0.5)
    >>> print(layer(ops.array([0.0, 0.5, -0.5])).numpy().round(3))
    [ 0.     0.693 -0.693]
    >>> print(layer.inverse(layer(ops.array([20.0]))).numpy().round(4))
    [20.]
    """

    def __init__(self, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.scale = check_number("LogScale", "scale", scale, 1e-30)

    def forward(self, frames):
        """Take the logarithm."""
        return ops.sign(frames) * ops.log1p(ops.abs(frames) / self.scale)

    def backward(self, values):
        """Undo it."""
        return ops.sign(values) * self.scale * ops.expm1(ops.abs(values))

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "scale": self.scale}
