"""Decibels of rain rates, with one value for all that is dry."""

import math

import keras
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import check_number, error

# The lowest wet value is found again after scaling to [0, 1] and back in float32.
_TOLERANCE = 1e-4


@keras.saving.register_keras_serializable(package="st_keras")
class Decibel(FrameTransform):
    """10 log10 of what is above a threshold; one value for what is below, which comes back as 0.

        call     x < threshold -> zero_value, else 10 log10(x)
        inverse  y < 10 log10(threshold) -> 0, else 10^(y / 10)

    Exact for 0 and for all x >= threshold; what is between is called dry. The inverse is nowhere
    negative. It takes the lowest wet value for wet within 1e-4 dB.

    Args:
        threshold: float > 0, in the user's units: what is below is dry. Default 0.1 (mm/h).
        zero_value: float below 10 log10(threshold), what dry values become. Default -15.0 (dB).
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) of rain rates or another quantity >= 0; what is negative is dry.

    Returns:
        (..., C) in dB, float32. NaN stays NaN.

    Raises:
        ValueError: for a threshold that is not positive, or a `zero_value` that is not below it.

    Example:

    >>> layer = Decibel()
    >>> print(layer(ops.array([0.0, 0.05, 0.1, 100.0])).numpy().round(3))
    [-15. -15. -10.  20.]
    >>> layer.inverse(ops.array([-11.0, 0.0])).numpy().tolist()
    [0.0, 1.0]

    References: [1] `pysteps.utils.transformation.dB_transform`, whose defaults these are.
    """

    def __init__(self, threshold=0.1, zero_value=-15.0, **kwargs):
        super().__init__(**kwargs)
        self.threshold = check_number("Decibel", "threshold", threshold, 1e-30)
        self.zero_value = check_number("Decibel", "zero_value", zero_value)
        self._lowest = 10 * math.log10(self.threshold)
        if self.zero_value >= self._lowest:
            raise error(
                "Decibel",
                f"zero_value={zero_value} with threshold={threshold}, which is "
                f"{self._lowest:.4g} dB",
                "a zero_value below the decibels of the threshold",
                f"Pass zero_value={self._lowest - 5:.4g}, as far below as you like.",
            )

    def forward(self, frames):
        """Decibels of wet values."""
        wet = ops.maximum(frames, self.threshold)
        decibels = ops.maximum(10 * ops.log10(wet), self._lowest)
        return ops.where(frames < self.threshold, self.zero_value, decibels)

    def backward(self, values):
        """Wet values of decibels."""
        return ops.where(values < self._lowest - _TOLERANCE, 0.0, ops.power(10.0, values / 10))

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "threshold": self.threshold,
            "zero_value": self.zero_value,
        }
