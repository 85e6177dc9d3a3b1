"""The callbacks and the data of a running `fit`, found by a callback."""

import sys

import keras
import numpy as np
import tensorflow as tf

from st_keras.training.resume.running_fit import RunningFit
from tests.training.resume.interruption import dense_model, numbers


class Asks(keras.callbacks.Callback):
    """Looks around when the training begins."""

    def on_train_begin(self, logs=None):
        self.fit = RunningFit(self)
        self.anew, self.length = self.fit.anew_each_epoch, self.fit.length
        self.spec = self.fit.element_spec
        self.runs = self.fit.runs(sys._getframe())


def asked(data, callbacks=(), **arguments):
    asks = Asks()
    dense_model().fit(
        data,
        callbacks=[*callbacks, asks],
        verbose=0,
        shuffle=False,
        steps_per_epoch=arguments.get("steps"),
    )
    return asks


def pairs():
    return tf.data.Dataset.from_tensor_slices(numbers(8)).batch(4)


def test_neighbours():
    other = keras.callbacks.TerminateOnNaN()
    callbacks = asked(pairs(), [other]).fit.callbacks.callbacks
    assert callbacks[0] is other
    assert [type(callback).__name__ for callback in callbacks] == [
        "TerminateOnNaN",
        "Asks",
        "History",
    ]


def test_data():
    asks = asked(pairs())
    assert (asks.anew, asks.length) == (True, 2)
    assert asks.spec[0].shape.as_list() == [None, 4]
    assert asks.fit.batch == ["(None, 4) float32", "(None, 1) float32"]
    assert (asks.fit.steps_per_epoch, asks.fit.epoch_length) == (None, 2)
    assert asks.runs
    assert not asks.fit.runs(sys._getframe())
    asks = asked(pairs().repeat(), steps=1)
    assert (asks.anew, asks.length) == (False, None)
    asks = asked(pairs().filter(lambda x, y: True), steps=1)
    assert (asks.anew, asks.length) == (False, None)
    asks = asked(pairs(), steps=1)
    assert (asks.anew, asks.length) == (False, 2)
    assert (asks.fit.steps_per_epoch, asks.fit.epoch_length) == (1, 1)


def test_the_shape_of_a_batch():
    whole = tf.data.Dataset.from_tensor_slices(numbers(8)).batch(4, drop_remainder=True)
    assert asked(whole).fit.batch == ["(4, 4) float32", "(4, 1) float32"]
    batches = ((x[None], y[None]) for x, y in zip(*numbers(8), strict=True))
    assert asked(batches, steps=1).fit.batch is None  # Keras would guess it


def test_next_pass_begins_at_the_beginning():
    fit = asked(pairs(), steps=1).fit
    np.testing.assert_array_equal(next(fit.next_pass())[0], numbers(8)[0][:4])


def test_a_fit_inside_a_fit():
    class Nested(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.asks = asked(pairs().take(1))

    nested = Nested()
    asked(pairs(), [nested])
    assert nested.asks.length == 1


def test_without_a_fit():
    asks = Asks()
    asks.on_train_begin()
    assert asks.fit.callbacks.callbacks[0] is asks
    assert (asks.anew, asks.length, asks.spec) == (False, None, None)
    assert (asks.fit.steps_per_epoch, asks.fit.epoch_length, asks.fit.batch) == (None, None, None)
    assert not asks.runs
    asks.fit.skip(3)
