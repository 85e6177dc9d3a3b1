"""`fit` up to a state, without computing anything."""

import keras
import tensorflow as tf

from st_keras.training.resume.model_state import check_model, is_complete
from st_keras.training.resume.same_run import check_setup
from st_keras.validation import error


class Replay:
    """Let `fit` run again up to the place of a state, and draw its data without training on them.

    It is Keras' own loop that runs: it opens, shuffles and ends the data as it did the first time,
    whatever they are.

    Args:
        model: the model in `fit`.
        state: dict of a training state, `calls` > 0.
        epochs: int, of this `fit`.
        draws: bool. Whether data are drawn and dropped; else they begin at the state.

    Attributes:
        at_end: bool. Whether the state leaves nothing to train.
    """

    def __init__(self, model, state, epochs, draws):
        self.model, self.state, self.draws = model, state, draws
        self.calls = 0
        ended = state["finished"] or state["epoch"] >= epochs
        self.at_end = not state["step"] and ended
        self._checked = False

    def train(self, function, iterator):
        """Skip a step of training; refuse data that are others, before anything is computed."""
        if not self._checked:
            self._check(iterator)
        if self.at_end:
            self.model.stop_training = True
            return self.state["logs"]
        if self.draws:
            self._draw(iterator)
        self.calls += 1
        if self.calls > self.state["calls"]:
            raise self._other_data()
        return self.state["logs"]

    def test(self, function, iterator):
        """Skip a step of validation."""
        if self.draws and not self.at_end:
            self._draw(iterator)
        else:
            self.model.stop_evaluating = True
        return {}

    def is_over(self, epoch, step):
        """Return whether the place of the state is reached.

        Args:
            epoch: int, of the epoch that runs.
            step: int. Batches of it that are behind; 0 when it begins.

        Raises:
            ValueError: if the place and the number of steps do not come together: other data.
        """
        if self.at_end:
            return False
        state = self.state
        there = (epoch, step) == (state["epoch"], state["step"])
        counted = self.calls == state["calls"]
        # The last batch of an epoch and the end of it have the same count.
        elsewhere = there != counted if state["step"] else there and not counted
        if elsewhere or epoch > state["epoch"]:
            raise self._other_data()
        return there and counted

    def check_end(self):
        """Raise `ValueError` if `fit` has ended before the place of the state."""
        if not self.at_end:
            raise self._other_data()

    def _check(self, iterator):
        check_setup(self.state, {"batch": shapes_of(iterator)})
        if not is_complete(self.model, self.state):
            _see_a_batch(self.model, iterator.element_spec)
        check_model(self.model, self.state)
        self._checked = True

    def _draw(self, iterator):
        for number in range(self.model.steps_per_execution):
            if next(iterator, None) is None:
                if not number:
                    raise StopIteration  # the end of the data, as for Keras' own function
                return

    def _other_data(self):
        state = self.state
        return error(
            "ExactResume",
            f"data that are not where they were after {state['calls']} steps, in batch "
            f"{state['step']} of epoch {state['epoch'] + 1}: they end elsewhere",
            "the data that the state was written with, from their beginning",
            "Give fit the same data; with replay_data=False, endless ones that begin at "
            "ExactResume.position.",
        )


def shapes_of(iterator):
    """Return a list of str: shapes and dtypes that an iterator declares for a batch."""
    parts = tf.nest.flatten(iterator.element_spec, expand_composites=True)
    return [f"{part.shape} {part.dtype.name}" for part in parts]


def _see_a_batch(model, element_spec):
    """Have Keras make what it makes with a first batch; under a strategy it is there before."""
    try:
        zeros = tf.nest.map_structure(
            lambda spec: tf.zeros([1 if n is None else n for n in spec.shape], spec.dtype),
            element_spec,
        )
        model.test_on_batch(*keras.utils.unpack_x_y_sample_weight(zeros))
    except Exception as reason:  # of any layer
        raise error(
            "ExactResume",
            "a model without all its weights and metrics, which a batch of zeros does not give it "
            f"({type(reason).__name__}: {reason})",
            "a model that is complete",
            "Evaluate it on a batch before fit.",
        ) from reason
    model.reset_metrics()
