"""Between the user's units and the numbers a network works with, saved inside the model."""

import keras
import numpy as np
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import check_number, error


@keras.saving.register_keras_serializable(package="st_keras")
class FrameNormalization(FrameTransform):
    """Map frames from the user's units to network units, and back with `inverse`.

        normalized = (frames - offset) / scale          frames = normalized * scale + offset

    Args:
        offset: float, or list of C floats, in the user's units. Default 0.
        scale: float > 0, or list of C floats > 0, in the user's units. Default 1.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units, any real dtype.

    Returns:
        (..., C) in network units. The arithmetic, and what `call` and `inverse` return, is in the
        variable dtype (float32 also under mixed precision): Kelvin or pascals do not fit float16.

    Raises:
        ValueError: if a scale is not positive or a value is not finite; if frames have another
            number of channels than a list has entries (only single numbers serve any C).

    Example:

    >>> grey = FrameNormalization.from_range(0, 255)
    >>> float(grey(np.array([[255]], "uint8"))[0, 0]), float(grey.inverse(np.array([[1.0]]))[0, 0])
    (1.0, 255.0)
    """

    def __init__(self, offset=0.0, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.offset = _plain("offset", offset)
        self.scale = _plain("scale", scale)
        if np.any(np.asarray(self.scale) <= 0):
            raise error(
                "FrameNormalization",
                f"scale={scale}",
                "positive numbers",
                "Pass the width of the range, or the standard deviation, of data that vary.",
            )

    @classmethod
    def from_range(cls, minimum, maximum, **kwargs):
        """Map [minimum, maximum] (floats, or lists of C) to [0, 1]."""
        span = np.subtract(maximum, minimum)
        return cls(offset=minimum, scale=span.tolist(), **kwargs)

    @classmethod
    def from_statistics(cls, mean, standard_deviation, **kwargs):
        """Map to mean 0 and standard deviation 1 (floats, or lists of C)."""
        return cls(offset=mean, scale=standard_deviation, **kwargs)

    @classmethod
    def from_percentiles(cls, values, low=1.0, high=99.0, per_channel=False, **kwargs):
        """Map two percentiles of the data to 0 and 1; values beyond them are not clipped.

        One wrong pixel decides the extremes of an archive, and with `from_range` what all others
        become.

        Args:
            values: array (..., C) of numbers in the user's units, a sample of the training data;
                NaN, what is missing, does not count.
            low, high: floats, the percentiles, 0 <= low < high <= 100. Default 1 and 99.
            per_channel: bool. Whether each channel has its own. Default False.
            **kwargs: `name`, `dtype`, `trainable`.

        Raises:
            ValueError: for other percentiles, values none of which is a number, or two equal
                percentiles, as of rain that falls on less than 1 % of the pixels.

        Example:

        >>> layer = FrameNormalization.from_percentiles(np.arange(101.0), 10, 90)
        >>> layer.offset, layer.scale
        (10.0, 80.0)
        """
        where = "FrameNormalization.from_percentiles"
        low = check_number(where, "low", low, 0, 100)
        high = check_number(where, "high", high, 0, 100)
        values = np.asarray(values, "float64")
        rows = values.reshape(-1, values.shape[-1] if per_channel else 1)
        if not np.isfinite(rows).any(axis=0).all():
            raise error(
                where,
                f"values of shape {values.shape} without a finite number"
                + (" in some channel" if per_channel else ""),
                "numbers of the training data",
                "Draw the sample where there are data.",
            )
        rows = np.where(np.isfinite(rows), rows, np.nan)
        ends = np.nanpercentile(rows, [low, high], axis=0)
        if not np.all(ends[0] < ends[1]):
            raise error(
                where,
                f"percentiles {low:g} and {high:g} that are {ends[0].tolist()} and "
                f"{ends[1].tolist()}",
                "two different values, the first the lower",
                "Pass a higher `high`, such as 99.9; or take the percentiles of values above 0.",
            )
        offset, scale = ends[0], ends[1] - ends[0]
        if not per_channel:
            offset, scale = offset[0], scale[0]
        return cls(offset=offset.tolist(), scale=scale.tolist(), **kwargs)

    def of_channels(self, indices):
        """Return the normalization of some channels alone.

        Args:
            indices: sequence of ints, the channels, in the order they are to have.

        Example:

        >>> both = FrameNormalization.from_range([0, 200], [100, 300])
        >>> both.of_channels([1]).offset
        [200.0]
        """

        def chosen(value):
            return [value[i] for i in indices] if isinstance(value, list) else value

        return FrameNormalization(
            chosen(self.offset), chosen(self.scale), name=self.name, dtype=self.dtype_policy
        )

    @property
    def channel_count(self):
        """Channels that frames must have, int; None: any number."""
        lists = [value for value in (self.offset, self.scale) if isinstance(value, list)]
        return len(lists[0]) if lists else None

    def forward(self, frames):
        """User's units to network units."""
        return (frames - self._constant(self.offset)) / self._constant(self.scale)

    def backward(self, values):
        """Network units to the user's units."""
        return values * self._constant(self.scale) + self._constant(self.offset)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "offset": self.offset, "scale": self.scale}

    def check_channels(self, shape):
        """Raise `ValueError` unless there is one channel for each entry of a list."""
        for name, value in (("offset", self.offset), ("scale", self.scale)):
            if isinstance(value, list) and shape[-1] not in (None, len(value)):
                raise error(
                    "FrameNormalization",
                    f"frames with {shape[-1]} channel(s) with {name}={value}",
                    f"{len(value)} channel(s), one per entry of {name}",
                    f"Pass {name} as one number for all channels, or as a list with one per "
                    "channel.",
                )

    def _constant(self, value):
        return ops.convert_to_tensor(value, dtype=self.variable_dtype)


def _plain(name, value):
    """Return a float or a list of floats, as JSON can hold them."""
    try:
        array = np.asarray(value, dtype="float64")
        ok = array.ndim <= 1 and array.size > 0 and bool(np.all(np.isfinite(array)))
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise error(
            "FrameNormalization",
            f"{name}={value!r}",
            "a finite number, or a list of one finite number per channel",
            f"Compute {name} from data without NaN or infinity.",
        )
    return array.tolist()
