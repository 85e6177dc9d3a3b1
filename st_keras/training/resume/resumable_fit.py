"""One `fit` whose place can be noted, and reached again."""

import functools

import keras

from st_keras.training.batches_of_call import batches_of_call
from st_keras.training.resume.callback_state import (
    callback_states,
    has_finished,
    set_callback_states,
)
from st_keras.training.resume.deferred_interrupt import DeferredInterrupt
from st_keras.training.resume.model_state import model_state, restore_model
from st_keras.training.resume.random_state import random_state, set_random_state
from st_keras.training.resume.replay import Replay, shapes_of
from st_keras.training.resume.step_function import StepFunction
from st_keras.training.resume.swapped_weights import check_swapped_weights
from st_keras.training.time_budget import TimeBudget


class ResumableFit(keras.callbacks.CallbackList):
    """Stand in Keras' list for all callbacks of a `fit`, from its beginning to its end.

    So it reads what a state needs when every other callback has seen a batch, restores it when all
    have begun, and tells them nothing of what is replayed.

    Args:
        model: the model in `fit`.
        callbacks: the `keras.callbacks.CallbackList` to stand in, which is just beginning.
        state: dict of the training state to go on from, or None.
        setup: dict of numbers that change the training: part of every state.
        replay_data: bool. Whether `fit` gets the data from their beginning.
        due: function of (batches trained before, now): whether a state is to be written.
        write: function of a state, which writes it.
        alone: bool. Whether no other process trains the same model.
    """

    def __init__(self, model, callbacks, state, setup, replay_data, due, write, alone):
        super().__init__(callbacks.callbacks)
        self.params = callbacks.params
        self.keras_list, self.everyone = callbacks, self.callbacks
        callbacks.callbacks.append(self)  # the last that Keras begins
        self._model, self._state, self._setup = model, state, setup
        self._replay_data, self._due, self._write, self._alone = replay_data, due, write, alone
        self._interrupt = DeferredInterrupt(waits=alone)
        self._replay = self._unwritten = self._train_step = self._test_step = None
        self._trained = self._calls = 0
        self._finished = None  # what the model is told when nothing was left to train

    def on_train_begin(self, logs=None):
        """Stand alone in Keras' list, now that all have begun, and look where to go on."""
        if self._train_step:  # of an interrupted fit with the same list
            self.keras_list.callbacks = self.everyone
            self.keras_list.on_train_begin(logs)
            return
        self.callbacks = []
        super().on_train_begin(logs)
        self.callbacks = self.everyone
        self.keras_list.callbacks = [self]
        self._model.make_train_function()  # a callback may have asked for a new one
        self._train_step = StepFunction(self._model.train_function, self._train)
        self._model.train_function = self._train_step
        if self._state:
            self._begin_at(self._state)
        elif not self._alone:
            # What all have in common if one is killed before its first state.
            self._store(self._content(0, 0, {}))

    def on_epoch_begin(self, epoch, logs=None):
        """Note the epoch, before the others do."""
        self._epoch = epoch
        if self._replay and self._replay.is_over(epoch, 0):
            self._restore()
        super().on_epoch_begin(epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        """Announce a step of this `fit`."""
        super().on_train_batch_begin(batch, logs)
        self._train_step.announced = True

    def on_train_batch_end(self, batch, logs=None):
        """Count, and write a state when it is time; or end the replay."""
        if self._replay:
            if self._replay.is_over(self._epoch, batch + 1):
                self.callbacks = self.everyone
                super().on_epoch_begin(self._epoch)
                self._restore()
            return
        try:
            super().on_train_batch_end(batch, logs)
        except BaseException:
            self._interrupt.release()
            raise
        try:
            self._count(batch, logs)
        finally:
            interrupted = self._interrupt.end_batch()
        if interrupted:
            raise KeyboardInterrupt

    def on_test_begin(self, logs=None):
        """Keep what validation changes."""
        self._keep_unwritten()
        super().on_test_begin(logs)

    def on_test_batch_begin(self, batch, logs=None):
        """Announce a step of the validation."""
        super().on_test_batch_begin(batch, logs)
        if self._test_step:
            self._test_step.announced = True

    def on_epoch_end(self, epoch, logs=None):
        """Write a state, with what the other callbacks made of the epoch."""
        if self._replay:
            if self._replay.at_end:
                # Before Keras finalizes the weights.
                self._finished = self._state["finished"]
                self._restore()
                self._model.stop_training = True
            return
        self._keep_unwritten()
        super().on_epoch_end(epoch, logs)
        # A run whose time is up goes on in the middle of the epoch, as if it had not stopped.
        if not self._model.stop_training or has_finished(self._model, self.everyone):
            self._store(self._content(epoch + 1, 0, {}))

    def on_train_end(self, logs=None):
        """Give list and model back as they were."""
        if self._replay:
            self._replay.check_end()
            self._restore()  # there was no epoch
        elif self._finished is not None:
            self._model.stop_training = self._finished
        super().on_train_end(logs)
        self.keras_list.callbacks = self.everyone
        if self._model.train_function is self._train_step:
            self._model.train_function = self._train_step.function
        self._unwritten = None

    def write_unwritten(self):
        """Write a state of the last whole batch, if `fit` has left it unwritten."""
        self._interrupt.release()
        if self._unwritten and self._alone and not self._interrupt.in_batch:
            self._store(self._unwritten())

    def _begin_at(self, state):
        if not state["step"]:
            check_swapped_weights(state, self.everyone, self.params["epochs"])
        if not state["calls"]:
            self._restore()
            return
        self._replay = Replay(self._model, state, self.params["epochs"], self._replay_data)
        self.callbacks = []
        if self.params.get("verbose"):
            print(
                f"ExactResume: going on after batch {state['position']} "
                f"(batch {state['step']} of epoch {state['epoch'] + 1})."
            )

    def _restore(self):
        """Put everything where it was when the state was written, and train from here on."""
        state, self._state, self._replay = self._state, None, None
        self.callbacks = self.everyone
        restore_model(self._model, state)
        set_callback_states(self.everyone, state["callbacks"])
        self._model.stop_training = state["finished"]
        if self._test_step:
            self._model.test_function, self._test_step = self._test_step.function, None
        self._trained, self._calls = state["position"], state["calls"]
        for callback in self.everyone:
            if isinstance(callback, TimeBudget):
                callback.on_train_begin()  # its minutes are for training
        # The last of all: a generator may draw its data from these.
        set_random_state(state["random"])

    def _train(self, function, iterator):
        if "batch" not in self._setup:
            self._setup["batch"] = shapes_of(iterator)
        if self._replay:
            logs = self._replay.train(function, iterator)
            if not self._test_step:
                self._model.make_test_function()
                self._test_step = StepFunction(self._model.test_function, self._replay.test)
                self._model.test_function = self._test_step
            return logs
        self._interrupt.begin_batch()
        try:
            return function(iterator)
        except BaseException as failure:
            self._interrupt.abandon_batch(failure)
            raise

    def _count(self, batch, logs):
        before, self._calls = self._trained, self._calls + 1
        # Endless data do not end within a step, and Keras draws all of it.
        whole = self._model.steps_per_execution
        self._trained += batches_of_call(self, batch) if self._replay_data else whole
        self._unwritten = functools.partial(self._content, self._epoch, batch + 1, logs)
        if self._model.stop_training or self._due(before, self._trained):
            self._store(self._unwritten())
        elif self._interrupt.requested:
            self._keep_unwritten()

    def _store(self, state):
        self._write(state)
        self._unwritten = None

    def _keep_unwritten(self):
        if self._unwritten and self._alone and not self._replay:
            state = self._unwritten()
            self._unwritten = lambda: state

    def _content(self, epoch, step, logs):
        return {
            "position": self._trained,
            "calls": self._calls,
            "epoch": epoch,
            "step": step,
            "finished": has_finished(self._model, self.everyone),
            "epochs": self.params["epochs"],
            "logs": logs,
            "random": random_state(),
            "callbacks": callback_states(self.everyone),
            **self._setup,
            **model_state(self._model, with_metrics=step > 0),
        }
