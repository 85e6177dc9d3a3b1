"""`AdvectedRain`: rain by known rules, without end, to train on before real rain."""

import dataclasses
import math

import tensorflow as tf

from st_keras.datasets.advected_rain.carried_field import carried_field
from st_keras.datasets.advected_rain.living_modes import living_modes
from st_keras.datasets.advected_rain.rain_of_field import LEAST, rain_of_field
from st_keras.datasets.advected_rain.wave_numbers import domain_size
from st_keras.datasets.advected_rain.weather import WeatherRanges
from st_keras.datasets.batch_pipeline import endless_numbers, finished
from st_keras.random.per_sample import per_sample_normal
from st_keras.validation import check_int, check_number, error

# Other numbers than those of the weather, which belong to the same seed and batch.
_SEEDS_APART = 2**32


class AdvectedRain:
    """Sequences of rain rates whose motion, lifetimes and growth are known.

    A Gaussian random field in the moving air is the sum of waves of all lengths. Each lives and
    dies as an autoregression of second order, the longer the wave the longer (as S-PROG [1] finds
    of the logarithm of rain); a steady flow carries them, a shift and a weak shear, exactly and
    without interpolation; what is above a threshold is rain. Rain flows in from outside, for the
    field is larger than the frames by all that the flow moves. Each sequence has its own weather.

    The sequence in row i of batch b is a pure function of (seed, b, i), of the ranges and of the
    sizes: not of the batch size, the machine or the time of asking, but for rounding.

    Args:
        image_shape: (H, W) or (H, W, 1), pixels. Default (128, 128).
        num_frames: int. Frames T per sequence, context and horizon together. Default 18.
        minutes: float above 0, between two frames. Default 5.
        seed: int of at least 0. Default 0.
        max_speed: float, pixels per step: speed is drawn up to here, in any direction. Default 4.
        max_shear: float, pixels per step, by which the flow is faster or slower along a sine across
            it. Default 1.
        lifetime: (low, high), minutes, of waves of 16 pixels. Default (15, 120).
        lifetime_power: (low, high): lifetimes grow with the wave length to this power. Default
            (0.6, 1.3).
        rain_fraction: (low, high), within (0, 1): share of all pixels and frames with rain, about.
            Default (0.03, 0.6).
        peak: (low, high), mm/h: the largest rate of a sequence. Default (5, 60).
        max_trend: float, standard deviations of the field: by how much it grows or decays from the
            first frame to the last. Default 0.5.

    All are drawn evenly, lifetime, rain_fraction and peak on a logarithmic scale. Not to be chosen:
    the spectrum of the field, flat beyond 24 to 160 pixels and with a slope of -2.6 to -4 below,
    and how the rates grow from the edge of the rain to its core.

    Attributes:
        value_range: (0.0, highest peak), of the frames in mm/h.

    Raises:
        ValueError: if an argument is out of its range.

    Differs from S-PROG and STEPS: lifetimes are a function of the wave number, not of six to eight
    bands, and known, not estimated; there is no cascade to be put together.

    Example:

    >>> rain = AdvectedRain(image_shape=(32, 48), num_frames=12, seed=1)
    >>> batch = next(iter(rain.as_dataset(batch_size=4)))
    >>> tuple(batch.shape), float(tf.reduce_min(batch)), bool(tf.reduce_max(batch) < 61)
    ((4, 12, 32, 48, 1), 0.0, True)
    >>> rain.weather(0, batch_size=4)["velocity"].shape  # pixels per step, down and right
    (4, 2)

    References:
        [1] Seed: A dynamic and spatial scaling approach to advection forecasting, Journal of
            Applied Meteorology 42, 2003,
            https://doi.org/10.1175/1520-0450(2003)042<0381:ADASSA>2.0.CO;2
    """

    def __init__(
        self,
        image_shape=(128, 128),
        num_frames=18,
        minutes=5,
        seed=0,
        max_speed=4.0,
        max_shear=1.0,
        lifetime=(15.0, 120.0),
        lifetime_power=(0.6, 1.3),
        rain_fraction=(0.03, 0.6),
        peak=(5.0, 60.0),
        max_trend=0.5,
    ):
        where = "AdvectedRain"
        self.image_shape = _check_shape(where, image_shape)
        self.num_frames = check_int(where, "num_frames", num_frames, 1)
        self.minutes = check_number(where, "minutes", minutes, 0.01)
        self.seed = check_int(where, "seed", seed, 0)
        self.ranges = WeatherRanges(
            max_speed=check_number(where, "max_speed", max_speed, 0.0),
            max_shear=check_number(where, "max_shear", max_shear, 0.0),
            lifetime=_check_range(where, "lifetime", lifetime, 0.01),
            lifetime_power=_check_range(where, "lifetime_power", lifetime_power, 0.0),
            rain_fraction=_check_range(where, "rain_fraction", rain_fraction, 1e-4, 0.99),
            peak=_check_range(where, "peak", peak, LEAST),
            max_trend=check_number(where, "max_trend", max_trend, 0.0),
        )
        self.value_range = (0.0, self.ranges.peak[1])
        farthest = (self.ranges.max_speed + self.ranges.max_shear) * (self.num_frames - 1)
        self._size = domain_size(max(self.image_shape) + math.ceil(farthest))

    def as_dataset(self, batch_size, prefetch=True, first_batch=0, num_parallel_batches=1):
        """Make an endless `tf.data.Dataset` of batches, in the order of their numbers.

        Args:
            batch_size: int.
            prefetch: bool. Make the next batches while the model computes. Default True.
            first_batch: int. Batch to begin with, to go on where a training stopped; costs nothing,
                however large. Default 0.
            num_parallel_batches: int of at least 1, batches made at the same time, on as many
                cores; their order stays. Default 1.

        Returns:
            Elements `frames`: float32 (B, T, H, W, 1), mm/h; give `steps_per_epoch` to `fit`.

        Raises:
            ValueError: if an argument is out of its range.
        """
        where = "AdvectedRain.as_dataset"
        batch_size = check_int(where, "batch_size", batch_size, 1)
        first_batch = check_int(where, "first_batch", first_batch, 0)
        parallel = check_int(where, "num_parallel_batches", num_parallel_batches, 1)
        dataset = endless_numbers(first_batch).map(
            lambda number: self._made(number, batch_size),
            num_parallel_calls=parallel if parallel > 1 else None,
            deterministic=True if parallel > 1 else None,
        )
        return finished(dataset, prefetch=prefetch)

    def batch(self, number, batch_size):
        """Make one batch, the one that `as_dataset` gives as number `number`.

        Args:
            number: int of at least 0.
            batch_size: int of at least 1.

        Returns:
            float32 array (B, T, H, W, 1), mm/h: 0, or 0.1 and more.

        Raises:
            ValueError: if an argument is out of its range.
        """
        return self._made(*_check_batch("AdvectedRain.batch", number, batch_size)).numpy()

    def weather(self, number, batch_size):
        """Tell what was drawn for the sequences of a batch.

        Args:
            number: int of at least 0.
            batch_size: int of at least 1.

        Returns:
            dict of float32 arrays, one entry per sequence:
            "velocity" (B, 2), pixels per step down and to the right, the mean of the flow;
            "shear", "shear_phase", "shear_along_y": the sine that is added to the flow to the
            right or, where the last is 1, down, its amplitude in pixels per step and its phase;
            "slope", "outer_scale" (pixels), of the spectrum;
            "lifetime" (minutes), "lifetime_power", "second_lifetime", see `living_modes`;
            "rain_fraction", "peak" (mm/h), "concavity", "trend", see `rain_of_field`.

        Raises:
            ValueError: if an argument is out of its range.
        """
        number, batch_size = _check_batch("AdvectedRain.weather", number, batch_size)
        drawn = self.ranges.draw(batch_size, self.seed, number)
        return {name: value.numpy() for name, value in drawn.items()}

    def card(self):
        """Describe the data for a run record.

        Returns:
            dict of JSON values: generator, seed, sizes and ranges.
        """
        ranges = dataclasses.asdict(self.ranges)
        return {
            "generator": "AdvectedRain",
            "seed": self.seed,
            "image_shape": list(self.image_shape),
            "num_frames": self.num_frames,
            "minutes": self.minutes,
            **{name: list(v) if isinstance(v, tuple) else v for name, v in ranges.items()},
        }

    def __repr__(self):
        return (
            f"AdvectedRain(image_shape={self.image_shape}, num_frames={self.num_frames}, "
            f"minutes={self.minutes:g}, seed={self.seed})"
        )

    def _made(self, number, batch_size):
        weather = self.ranges.draw(batch_size, self.seed, number)
        modes = (self.num_frames, 2, self._size // 2 + 1, self._size)
        noise = per_sample_normal(batch_size, modes, self.seed + _SEEDS_APART, number)
        noise = tf.ensure_shape(noise, (batch_size, *modes))
        modes = living_modes(weather, noise, self.minutes)
        field = carried_field(modes, weather, *self.image_shape[:2])
        return rain_of_field(field, weather)


def _check_batch(where, number, batch_size):
    return check_int(where, "number", number, 0), check_int(where, "batch_size", batch_size, 1)


def _check_shape(where, image_shape):
    shape = tuple(image_shape) if isinstance(image_shape, (tuple, list)) else ()
    if len(shape) not in (2, 3) or shape[2:] not in ((), (1,)):
        raise error(
            where,
            f"image_shape={image_shape!r}",
            "(height, width) or (height, width, 1): rain has one channel",
            "Pass image_shape=(128, 128).",
        )
    # A spectrum needs a few waves.
    return *(check_int(where, "image_shape", size, 8) for size in shape[:2]), 1


def _check_range(where, name, bounds, minimum, maximum=None):
    if not isinstance(bounds, (tuple, list)) or len(bounds) != 2:
        raise error(
            where,
            f"{name}={bounds!r}",
            "two numbers (low, high)",
            f"Pass the same number twice for a {name} that does not vary.",
        )
    low, high = (check_number(where, name, bound, minimum, maximum) for bound in bounds)
    if low > high:
        raise error(
            where,
            f"{name}={bounds!r}",
            "(low, high), the first not above the second",
            "Exchange the two numbers.",
        )
    return low, high
