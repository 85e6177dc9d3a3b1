"""A power of a value, such as its square root."""

import keras
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import check_number


@keras.saving.register_keras_serializable(package="st_keras")
class Power(FrameTransform):
    """|x|^exponent with the sign of x; the inverse is |y|^(1 / exponent) with the sign of y.

    Args:
        exponent: float > 0. Default 0.5, the square root.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units.

    Returns:
        (..., C), float32. NaN stays NaN.

    Raises:
        ValueError: if the exponent is not positive.

    Example:

    >>> layer = Power(0.5)
    >>> layer(ops.array([0.0, 9.0, -4.0])).numpy().tolist()
    [0.0, 3.0, -2.0]
    >>> layer.inverse(ops.array([3.0])).numpy().tolist()
    [9.0]
    """

    def __init__(self, exponent=0.5, **kwargs):
        super().__init__(**kwargs)
        self.exponent = check_number("Power", "exponent", exponent, 1e-3)

    def forward(self, frames):
        """Raise to the power."""
        return ops.sign(frames) * ops.power(ops.abs(frames), self.exponent)

    def backward(self, values):
        """Take the root."""
        return ops.sign(values) * ops.power(ops.abs(values), 1 / self.exponent)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "exponent": self.exponent}
