"""The nowcast that `Nowcaster` makes before it has learned anything."""

import functools

import numpy as np

from st_keras.baselines.advection import Advection
from st_keras.choices import DECISIONS
from st_keras.validation import check_one_of

_LEAST_FRAMES = 3  # for an autoregression of second order


class UntrainedNowcaster(Advection):
    """Motion, and an autoregression of each band of scales: `Nowcaster(residual=None)`.

    What a trained Nowcaster has to beat. It reads the whole context; of less than three frames it
    makes what `Advection` does.

    Args:
        optimise_for: "csi" (default), "matched", "median" or "mean": the decision, see
            `Nowcaster.forecast`.
        units, zr: as of `Advection`.
        fill: float, what stands where no frame of the context has data. Default None: NaN.

    Raises:
        ValueError: for units that are none of rain, or another decision.

    Example:

    >>> context = np.random.default_rng(0).gamma(0.5, 2.0, (1, 4, 32, 32, 1))
    >>> UntrainedNowcaster().forecast(context, horizon=3).shape
    (1, 3, 32, 32, 1)
    """

    def __init__(self, optimise_for="csi", units="mm/h", zr=(200.0, 1.6), fill=None):
        super().__init__(units, zr, fill)
        self.optimise_for = check_one_of(self.where, "optimise_for", optimise_for, DECISIONS)

    def of_field(self, rates, steps):
        """Forecast one field, as `RainNowcast.of_field`."""
        if len(rates) < _LEAST_FRAMES:
            return super().of_field(rates, steps)
        # Interpolated archives are a little below 0 in places.
        context = np.maximum(rates, 0.0)[None, ..., None].astype("float32")
        return _model(len(rates)).forecast(context, steps, self.optimise_for)[0, ..., 0]


@functools.lru_cache(maxsize=4)
def _model(context_length):
    """Return the model of a length of context; its graphs are made once."""
    from st_keras.models import Nowcaster

    return Nowcaster(residual=None, context_length=context_length)
