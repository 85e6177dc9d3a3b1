"""How long a trial trains: its batches, cut into reports, also in the rounds of a Hyperband."""

import math

from st_keras.training import StepLimit
from st_keras.tuning.optional_package import require_keras_tuner
from st_keras.validation import check_int

EPOCHS, INITIAL_EPOCH = "tuner/epochs", "tuner/initial_epoch"  # what Hyperband says of a round


class TrialLength:
    """The batches of a trial and its reports: epochs, each with a validation.

    Args:
        where: str. Who asks; errors begin with it.
        steps: int >= 1, batches of a whole trial.
        reports: int from 1 to `steps`.

    Attributes:
        steps_per_report: int.

    Example:

    >>> length = TrialLength("search", steps=10, reports=4)
    >>> length.steps_per_report, length.batches({}), length.batches({EPOCHS: 3, INITIAL_EPOCH: 1})
    (3, 10, 6)
    """

    def __init__(self, where, steps, reports):
        self.steps = check_int(where, "steps", steps, 1)
        self.reports = min(check_int(where, "reports", reports, 1), self.steps)
        self.steps_per_report = math.ceil(self.steps / self.reports)

    def batches(self, values):
        """Return the batches of this run; a round of a Hyperband has its own number.

        Args:
            values: dict of hyperparameters.
        """
        if EPOCHS in values:
            return self.steps_per_report * (values[EPOCHS] - values[INITIAL_EPOCH])
        return self.steps

    def fit_arguments(self, values, given):
        """Return the keyword arguments of `fit`: those `given`, and what they leave open."""
        arguments = {"epochs": self.reports, "steps_per_epoch": self.steps_per_report}
        arguments |= {"shuffle": False, **given}
        callbacks = list(arguments.pop("callbacks", None) or [])
        limit = [] if EPOCHS in values else [StepLimit(self.steps)]
        return {**arguments, "callbacks": [*callbacks, *limit]}


def check_size(model, max_parameters):
    """End a trial, not the search, whose model is larger than the user wants.

    Args:
        model: a built Keras model.
        max_parameters: int or None for any.

    Raises:
        keras_tuner.errors.FailedTrialError: if it has more parameters: the trial has failed.
    """
    size = model.count_params()
    if max_parameters is not None and size > max_parameters:
        raise require_keras_tuner("tuning").errors.FailedTrialError(
            f"{size:,} parameters, more than max_parameters={max_parameters:,}"
        )
