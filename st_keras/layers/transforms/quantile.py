"""Values by their place among those of the training data."""

import keras
import numpy as np
from keras import ops

from st_keras.layers.transforms.frame_transform import FrameTransform
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class Quantile(FrameTransform):
    """The straight lines between stored quantiles (value, level), and their exact inverse.

    Beyond the first and the last quantile these lines go on, so that no value is lost. Between
    levels d apart the inverse knows a value to about 1e-7 / d of the step between their quantiles:
    the arithmetic is float32.

    Args:
        values: list of at least two floats that increase, in the user's units.
        levels: list of as many floats that increase, what the values become. Default None: equal
            steps from 0 to 1.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., C) in the user's units.

    Returns:
        (..., C), within [0, 1] by default where values are within the stored ones; float32. NaN
        stays NaN.

    Raises:
        ValueError: for values or levels that do not increase, or of different number.

    Example:

    >>> layer = Quantile([0.0, 1.0, 10.0])
    >>> layer(ops.array([0.0, 0.5, 10.0, 19.0])).numpy().tolist()
    [0.0, 0.25, 1.0, 1.5]
    >>> layer.inverse(ops.array([0.75])).numpy().tolist()
    [5.5]
    """

    def __init__(self, values, levels=None, **kwargs):
        super().__init__(**kwargs)
        self.values = _increasing("values", values)
        self.levels = None if levels is None else _increasing("levels", levels)
        if levels is not None and len(self.levels) != len(self.values):
            raise error(
                "Quantile",
                f"{len(self.levels)} levels for {len(self.values)} values",
                "one level for each value",
                "Leave levels out for equal steps.",
            )

    def forward(self, frames):
        """Values to levels."""
        return _interpolated(frames, np.asarray(self.values), self._levels())

    def backward(self, values):
        """Levels to values."""
        return _interpolated(values, self._levels(), np.asarray(self.values))

    def get_config(self):
        """Return every constructor argument."""
        levels = None if self.levels is None else list(self.levels)
        return {**super().get_config(), "values": list(self.values), "levels": levels}

    def _levels(self):
        equal = np.linspace(0, 1, len(self.values))
        return equal if self.levels is None else np.asarray(self.levels)


def _interpolated(x, knots, heights):
    """Follow the lines through (knots, heights), both float64 (K,), from the nearer of two ends.

    Each line is reckoned from its lower knot: there the result is the height itself.
    """
    slopes = np.diff(heights) / np.diff(knots)
    inner, shape = ops.cast(knots[1:-1], x.dtype), ops.shape(x)
    flat = ops.reshape(x, (-1,))
    piece = ops.searchsorted(inner, flat, side="right")
    start, height, slope = (
        ops.take(ops.cast(each, x.dtype), piece) for each in (knots[:-1], heights[:-1], slopes)
    )
    return ops.reshape(height + (flat - start) * slope, shape)


def _increasing(name, values):
    try:
        array = np.asarray(values, "float64")
        steps = np.diff(array.astype("float32"))
        ok = array.ndim == 1 and len(array) > 1 and bool(np.all(steps > 0))
        ok = ok and bool(np.all(np.isfinite(array)))
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise error(
            "Quantile",
            f"{name}={values!r}",
            "at least two finite numbers, each above the one before",
            "Merge equal quantiles, as numpy.unique does.",
        )
    return array.tolist()
