"""Training and forecasting: `Forecaster` and its sampling schedules. Row 7 of the layering."""

from st_keras.training.forecaster import Forecaster
from st_keras.training.probability_schedule import ProbabilitySchedule
from st_keras.training.scheduled_sampling import ReverseScheduledSampling, ScheduledSampling

__all__ = ["Forecaster", "ProbabilitySchedule", "ReverseScheduledSampling", "ScheduledSampling"]
