"""The forecast that moves on, and loses what does not last."""

import math

import numpy as np

from st_keras.baselines.decibels import THRESHOLD, decibels, rates_of
from st_keras.baselines.extrapolation import moved
from st_keras.baselines.motion import motion_of
from st_keras.baselines.pysteps_module import pysteps_module, quiet
from st_keras.baselines.pysteps_nowcast import PystepsNowcast
from st_keras.validation import check_one_of

_LEVELS, _ORDER = 6, 2


class SPROG(PystepsNowcast):
    """Move rain on and smooth each scale as fast as it loses its shape: pysteps' `sprog`.

    Spectral prognosis (Seed 2003): the last three frames in dB are split into six scales, each of
    which follows an autoregressive process of order 2 along the motion; then the distribution of
    values is made that of the last frame. Motion is that of `Extrapolation`. This is what the
    protocol "radar-60min-v1" calls "S-PROG".

    It is an extrapolation in dB where that process cannot be told: with fewer than three context
    frames, a missing or dry scan among the last three, rain that does not change at all, or frames
    below 8 pixels. Frames below 64 pixels have fewer scales, log2 of their longer side. What is
    missing otherwise is as in `Extrapolation`.

    Args:
        tuned: bool. Whether motion is tracked as `Extrapolation` does with tuned=True. Default
            False.
        matching: str or None. "cdf" (default), "mean": the distribution, or the mean, of values is
            made that of the last frame; None: rain fades.
        units, zr, fill: as of `Extrapolation`.

    Raises:
        ValueError: without pysteps or OpenCV (extra [radar]), for units that are none of rain, or
            another `matching`.

    Example (it needs the extra [radar]):

        forecast = SPROG().forecast(context, horizon=12)  # (N, 12, H, W, 1), mm/h
    """

    def __init__(self, tuned=False, matching="cdf", units="mm/h", zr=(200.0, 1.6), fill=None):
        super().__init__(tuned, units, zr, fill)
        self.matching = check_one_of("SPROG", "matching", matching, ("cdf", "mean", None))

    def of_field(self, rates, steps):
        """Forecast one field, as `RainNowcast.of_field`."""
        fields = decibels(rates)
        motion = motion_of(self.where, fields, self.tuned)
        future = self._decomposed(fields[-_ORDER - 1 :], motion, steps)
        if future is None:
            future = moved(self.where, fields[-1], motion, steps)
        return rates_of(future)

    def _decomposed(self, fields, motion, steps):
        """Return the forecast in dB, None where the fields have no such process."""
        levels = min(_LEVELS, int(math.log2(max(fields.shape[1:]))))
        if len(fields) <= _ORDER or np.isnan(fields).all(axis=(1, 2)).any() or levels < 3:
            return None
        sprog = pysteps_module(self.where, "pysteps.nowcasts.sprog").forecast
        try:
            with quiet():
                return sprog(
                    fields,
                    motion,
                    steps,
                    precip_thr=THRESHOLD,
                    n_cascade_levels=levels,
                    ar_order=_ORDER,
                    probmatching_method=self.matching,
                )
        except (ValueError, np.linalg.LinAlgError):
            # A field without any variance, as a dry one, or rain that stays exactly as it was.
            return None
