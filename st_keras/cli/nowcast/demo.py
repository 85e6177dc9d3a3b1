"""`st-keras demo nowcast`: the shipped Nowcaster on the storm that comes with the package."""

import dataclasses

import numpy as np

from st_keras.cli.array_source import ArraySource
from st_keras.cli.nowcast.verification import NowcastVerification
from st_keras.cli.rain_verification import make_baselines, protocol_as_trained, verify
from st_keras.datasets import SequenceDataset, sample_rain
from st_keras.datasets.archives.frames import Frames
from st_keras.models import Nowcaster

MODEL = "nowcast_60min"
HORIZONS = {2: 12, 6: 6}  # frames of so many minutes that the hour of the sample has room for
_BASELINES = ("persistence", "advection", "nowcaster-untrained")
_STRIDE, _BATCH = 2, 4


def demonstrate(minutes, folder):
    """Forecast the storm, verify it, draw it.

    Args:
        minutes: int, between two frames, a key of `HORIZONS`.
        folder: `RunFolder`.
    """
    model = Nowcaster.from_preset(MODEL)
    horizon, storm = HORIZONS[minutes], sample_rain()
    print(f"{MODEL}: it has seen no frame of this storm.\n{storm.credit}")
    print(
        f"From {model.context_length} frames of {minutes} minutes it forecasts {horizon}, "
        f"{minutes * horizon} minutes."
    )
    step = minutes // storm.minutes
    # One sequence from each of the first frames.
    frames = np.stack([storm.frames[first::step, ..., 0] for first in range(step)])
    found = Frames(values=frames, axes="NTHW", units=storm.units, grid=storm.grid)
    windows = SequenceDataset.from_frames(
        found, model.context_length, horizon, stride=_STRIDE, missing="mask", missing_value=np.nan
    )
    source = ArraySource("", windows, None, None, windows, seed=0)
    protocol = dataclasses.replace(
        protocol_as_trained(model, horizon, _STRIDE),
        name=f"{horizon} lead times of {minutes} minutes",
    )
    told = NowcastVerification(model, protocol, _BATCH)
    folder.create()
    baselines = make_baselines(_BASELINES, storm.units)
    verify(told.names, told.forecasts_of, source, protocol, baselines, None, _BATCH, folder)
    told.write(folder)
