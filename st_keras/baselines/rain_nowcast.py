"""What nowcasts of rain share: mm/h, one field after another, from the last scan with data."""

import numpy as np

from st_keras.baselines.baseline import Baseline
from st_keras.baselines.decibels import RAIN
from st_keras.baselines.rain_units import RainUnits


class RainNowcast(Baseline):
    """A nowcast of rain rates. A subclass says `of_field`.

    Args:
        units, zr: of the frames, see `RainUnits`.
        fill: see `Baseline`.
    """

    needs_units = True
    most_at_once = 1

    def __init__(self, units="mm/h", zr=(200.0, 1.6), fill=None):
        super().__init__(fill)
        self.where = type(self).__name__
        self._units = RainUnits(self.where, units, zr)
        self.units, self.zr = self._units.units, self._units.zr

    def of_field(self, rates, steps):
        """Forecast one field.

        Args:
            rates: float64 (T, H, W), mm/h, whose last frame has data.
            steps: int >= 1.

        Returns:
            float64 (steps, H, W), mm/h; NaN where nothing is known.
        """
        raise NotImplementedError

    def of_batch(self, context, horizon):
        """Forecast some sequences, each channel by itself, as `Baseline.of_batch`."""
        shape = (len(context), horizon, *context.shape[2:])
        forecast = np.full(shape, np.nan)
        for i in range(shape[0]):
            for channel in range(shape[-1]):
                frames = context[i, ..., channel]
                known = np.flatnonzero(~np.isnan(frames).all(axis=(1, 2)))
                if not known.size:
                    continue
                # The last scans may be missing: the forecast starts at the last that is there.
                late = len(frames) - 1 - known[-1]
                frames = frames[: known[-1] + 1]
                rates = self._units.rates(frames)
                future = self._of_field(rates, horizon + int(late))[late:]
                lowest = float(np.nanmin(frames))
                forecast[i, ..., channel] = self._units.frames(future, lowest)
        return forecast

    def _of_field(self, rates, steps):
        if not (rates >= RAIN).any():  # what does not rain moves nowhere
            dry = np.where(np.isnan(rates[-1]), np.nan, 0.0)
            return np.repeat(dry[None], steps, axis=0)
        return self.of_field(rates, steps)
