"""Stop training when its time is up, whatever the machine."""

import time

import keras

from st_keras.validation import check_number


class TimeBudget(keras.callbacks.Callback):
    """Stop `fit` after a number of minutes, at the end of a batch.

    Args:
        minutes: float > 0, counted from the start of `fit`.

    Attributes:
        stopped: bool. Whether the time was up before the training was done.

    Example:

    >>> TimeBudget(minutes=5).minutes
    5.0
    """

    def __init__(self, minutes):
        super().__init__()
        self.minutes = check_number("TimeBudget", "minutes", minutes, 1e-3)
        self.stopped = False

    def on_train_begin(self, logs=None):
        """Start the clock."""
        self.stopped = False
        self._deadline = time.monotonic() + 60 * self.minutes

    def on_train_batch_end(self, batch, logs=None):
        """Look at the clock."""
        if time.monotonic() > self._deadline:
            self.stopped = True
            self.model.stop_training = True
