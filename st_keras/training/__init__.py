"""Training and forecasting: `Forecaster` and its sampling schedules. Row 7 of the layering."""

from st_keras.training.forecaster import Forecaster
from st_keras.training.probability_schedule import ProbabilitySchedule
from st_keras.training.scheduled_sampling import ReverseScheduledSampling, ScheduledSampling
from st_keras.training.recipes import RECIPES, SAMPLINGS, build_sampling
from st_keras.training.time_budget import TimeBudget

__all__ = [
    "RECIPES",
    "SAMPLINGS",
    "Forecaster",
    "ProbabilitySchedule",
    "ReverseScheduledSampling",
    "ScheduledSampling",
    "TimeBudget",
    "build_sampling",
]
