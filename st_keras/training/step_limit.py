"""Stop training after an exact number of batches."""

import keras

from st_keras.training.batches_of_call import batches_of_call
from st_keras.validation import check_int


class StepLimit(keras.callbacks.Callback):
    """Stop `fit` after a number of batches, also where epochs do not divide it.

    `fit(epochs=8, steps_per_epoch=ceil(n / 8))` would train up to seven batches more than n.

    Args:
        steps: int >= 1, counted from the start of `fit`. With `steps_per_execution` Keras stops
            after a whole execution: at the first multiple of it that is not below.

    Attributes:
        done: int. Batches trained.

    Example:

    >>> StepLimit(steps=100).done
    0
    """

    def __init__(self, steps):
        super().__init__()
        self.steps = check_int("StepLimit", "steps", steps, 1)
        self.done = 0

    def on_train_begin(self, logs=None):
        """Start to count."""
        self.done = 0

    def on_train_batch_end(self, batch, logs=None):
        """Count, and stop when it is enough."""
        self.done += batches_of_call(self, batch)
        if self.done >= self.steps:
            self.model.stop_training = True

    def get_state(self):
        """Return what has been counted, for `ExactResume`."""
        return {"done": self.done}

    def set_state(self, state):
        """Go on counting from what `get_state` returned."""
        self.done = state["done"]
