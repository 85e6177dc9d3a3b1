"""Forecasts with all that a file says of them."""

import dataclasses

import numpy as np

from st_keras.datasets.archives.frames import Grid
from st_keras.datasets.forecast_files.forecast_times import ForecastTimes

REFERENCE, LEAD, VALID, MEMBER = "reference_time", "lead_time", "valid_time", "realization"


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Forecast:
    """What `open_forecast` found in a file.

    Args:
        frames: float32 array with the axes `axes`; NaN is missing.
        axes: str, N (forecasts), M (members), T (lead times), H, W and C in this order; N and M
            only where the file has them.
        reference_time: datetime64 (N,), or () without N: when the last frame seen was taken; None:
            not known.
        lead_time: timedelta64 (T,) from there to each frame; None: not known.
        valid_time: datetime64 (N, T) or (T,), for when each frame is; None: not known.
        names: tuple of str, the variables, one for each channel.
        units: str that all channels have; a tuple of them where they differ; None: not known.
        grid: `Grid`, or None: not known.
        attributes: dict of what the file says of itself: "history", "source", "model_hash", ...
    """

    frames: np.ndarray
    axes: str
    reference_time: np.ndarray | None
    lead_time: np.ndarray | None
    names: tuple
    units: str | tuple | None = None
    grid: Grid | None = None
    attributes: dict = dataclasses.field(default_factory=dict)

    @property
    def valid_time(self):
        """For when each frame is."""
        reference = None if self.reference_time is None else np.atleast_1d(self.reference_time)
        valid = ForecastTimes(reference, self.lead_time).valid
        return valid if valid is None or "N" in self.axes else valid[0]

    @property
    def frame_size(self):
        """(H, W)."""
        return self.frames.shape[-3:-1]
