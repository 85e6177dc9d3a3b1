"""Between radar reflectivity and rain rate, by a power law."""

import math

import keras
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import check_number, check_one_of

WAYS = ("rain_rate", "reflectivity")
_TOLERANCE = 1e-4


@keras.saving.register_keras_serializable(package="st_keras")
class ReflectivityRainRate(FrameTransform):
    """Reflectivity in dBZ to rain rate in mm/h, or the other way: Z = a R^b.

        R = (10^(dBZ / 10) / a)^(1 / b)             dBZ = 10 log10(a R^b)

    Without rain there is no logarithm: R = 0 and `lowest` dBZ stand for each other, and all below
    `lowest` is that. Exact from `lowest` upwards.

    Args:
        a, b: floats > 0 of the power law. Default 200 and 1.6 (Marshall and Palmer); the Finnish
            composites take 223 and 1.53.
        to: "rain_rate": the user's units are dBZ, those of the result mm/h; "reflectivity": the
            other way. Default "rain_rate".
        lowest: float, the dBZ of no rain. Default -32.0, about the least a radar detects.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in dBZ, or in mm/h with to="reflectivity".

    Returns:
        (..., C) in the other unit, float32. NaN stays NaN.

    Raises:
        ValueError: for another `to`, or a law that is not positive.

    Example:

    >>> layer = ReflectivityRainRate()
    >>> print(layer(ops.array([-32.0, 23.0103, 40.0])).numpy().round(2))
    [ 0.    1.   11.53]
    >>> print(layer.inverse(ops.array([0.0, 1.0])).numpy().round(2))
    [-32.    23.01]

    References: [1] Marshall and Palmer 1948, J. Meteor. 5, 165-166.
    """

    def __init__(self, a=200.0, b=1.6, to="rain_rate", lowest=-32.0, **kwargs):
        super().__init__(**kwargs)
        where = "ReflectivityRainRate"
        self.a = check_number(where, "a", a, 1e-6)
        self.b = check_number(where, "b", b, 1e-6)
        self.to = check_one_of(where, "to", to, WAYS)
        self.lowest = check_number(where, "lowest", lowest)

    def forward(self, frames):
        """To what `to` says."""
        return self._rates(frames) if self.to == "rain_rate" else self._reflectivities(frames)

    def backward(self, values):
        """From what `to` says."""
        return self._reflectivities(values) if self.to == "rain_rate" else self._rates(values)

    def get_config(self):
        """Return every constructor argument."""
        names = ("a", "b", "to", "lowest")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _rates(self, reflectivities):
        log_rates = (reflectivities / 10 - math.log10(self.a)) / self.b
        dry = reflectivities <= self.lowest + _TOLERANCE
        return ops.where(dry, 0.0, ops.power(10.0, log_rates))

    def _reflectivities(self, rates):
        least = 10 ** ((self.lowest / 10 - math.log10(self.a)) / self.b)
        logs = ops.log10(ops.maximum(rates, least))
        return ops.maximum(10 * (math.log10(self.a) + self.b * logs), self.lowest)
