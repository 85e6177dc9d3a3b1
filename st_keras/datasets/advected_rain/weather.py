"""What is drawn once for a sequence of made rain: its motion, lifetimes, sizes and strength."""

import dataclasses
import math

from st_keras.random.per_sample import per_sample_uniform

SCALE = 16.0  # pixels, the wave length that a lifetime is told of
_OUTER_SCALE = (24.0, 160.0)
_SLOPE = (2.6, 4.0)
_SECOND_LIFETIME = (0.05, 0.5)
_CONCAVITY = (0.4, 0.8)
_COUNT = 14


@dataclasses.dataclass(frozen=True, kw_only=True)
class WeatherRanges:
    """Between which bounds the numbers of a sequence are drawn; see `AdvectedRain`."""

    max_speed: float
    max_shear: float
    lifetime: tuple
    lifetime_power: tuple
    rain_fraction: tuple
    peak: tuple
    max_trend: float

    def draw(self, batch_size, seed, batch):
        """Draw what the sequences of a batch are like.

        Args:
            batch_size: int.
            seed: int of at least 0.
            batch: int or integer tensor, the number of the batch.

        Returns:
            Dict of float32 tensors (B,), `velocity` (B, 2); `AdvectedRain.weather` says what they
            are.

        Example:

        >>> ranges = WeatherRanges(max_speed=4.0, max_shear=0.0, max_trend=0.5,
        ...     lifetime=(30.0, 30.0), lifetime_power=(1.0, 1.0), rain_fraction=(0.2, 0.4),
        ...     peak=(5.0, 60.0))
        >>> weather = ranges.draw(2, seed=0, batch=7)
        >>> weather["velocity"].shape, weather["lifetime"].numpy()
        (TensorShape([2, 2]), array([30., 30.], dtype=float32))
        """
        import tensorflow as tf

        numbers = iter(tf.unstack(per_sample_uniform(batch_size, (_COUNT,), seed, batch), axis=-1))

        def between(bounds):
            return bounds[0] + (bounds[1] - bounds[0]) * next(numbers)

        def between_logarithms(bounds):
            low, high = bounds
            return low * tf.exp(math.log(high / low) * next(numbers))

        speed, angle = between((0.0, self.max_speed)), between((0.0, 2 * math.pi))
        return {
            "velocity": speed[:, None] * tf.stack([tf.sin(angle), tf.cos(angle)], axis=-1),
            "shear": between((-self.max_shear, self.max_shear)),
            "shear_phase": between((0.0, 2 * math.pi)),
            "shear_along_y": tf.floor(2.0 * next(numbers)),
            "slope": between(_SLOPE),
            "outer_scale": between_logarithms(_OUTER_SCALE),
            "lifetime": between_logarithms(self.lifetime),
            "lifetime_power": between(self.lifetime_power),
            "second_lifetime": between(_SECOND_LIFETIME),
            "rain_fraction": between_logarithms(self.rain_fraction),
            "peak": between_logarithms(self.peak),
            "concavity": between(_CONCAVITY),
            "trend": between((-self.max_trend, self.max_trend)),
        }
