"""Training and forecasting: `Forecaster` and its sampling schedules."""

import keras

from st_keras.validation import error

if keras.backend.backend() != "tensorflow":
    refusal = error(
        "st_keras.training",
        f"the Keras backend {keras.backend.backend()!r}",
        "the TensorFlow backend (ops, cells, layers and models run on any)",
        "Set the environment variable KERAS_BACKEND=tensorflow before importing keras.",
    )
    raise ImportError(str(refusal))

from st_keras.choices import SAMPLINGS
from st_keras.training.exact_resume import ExactResume
from st_keras.training.forecaster import Forecaster
from st_keras.training.nan_guard import NaNGuard
from st_keras.training.probability_schedule import ProbabilitySchedule
from st_keras.training.recipes import RECIPES, build_sampling
from st_keras.training.scheduled_sampling import ReverseScheduledSampling, ScheduledSampling
from st_keras.training.step_limit import StepLimit
from st_keras.training.strategies import make_strategy
from st_keras.training.tensorboard_records import TensorBoardRecords
from st_keras.training.time_budget import TimeBudget

__all__ = [
    "RECIPES",
    "SAMPLINGS",
    "ExactResume",
    "Forecaster",
    "NaNGuard",
    "ProbabilitySchedule",
    "ReverseScheduledSampling",
    "ScheduledSampling",
    "StepLimit",
    "TensorBoardRecords",
    "TimeBudget",
    "build_sampling",
    "make_strategy",
]
