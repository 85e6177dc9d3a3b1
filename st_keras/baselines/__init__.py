"""Forecasts without training that a network has to beat, with the interface of `Forecaster`."""

from st_keras.baselines.advection import Advection
from st_keras.baselines.baseline import Baseline
from st_keras.baselines.by_name import (
    baseline_names,
    make_baseline,
    make_frame_baseline,
    register_baseline,
)
from st_keras.baselines.climatology import Climatology
from st_keras.baselines.extrapolation import Extrapolation
from st_keras.baselines.frame_advection import FrameAdvection
from st_keras.baselines.persistence import Persistence
from st_keras.baselines.sprog import SPROG
from st_keras.baselines.untrained_nowcaster import UntrainedNowcaster
from st_keras.baselines.zero import Zero

__all__ = [
    "SPROG",
    "Advection",
    "Baseline",
    "Climatology",
    "Extrapolation",
    "FrameAdvection",
    "Persistence",
    "UntrainedNowcaster",
    "Zero",
    "baseline_names",
    "make_baseline",
    "make_frame_baseline",
    "register_baseline",
]
