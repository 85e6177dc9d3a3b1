"""Runs that are cut off after a batch, and started again until they are done."""

import functools
import os
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism

from st_keras.training import ExactResume

EPOCHS, STEPS = 3, 5


@pytest.fixture(scope="module")
def deterministic():
    """Operations that give the same bits in every run; files that the disk need not confirm."""
    tf.config.experimental.enable_op_determinism()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield
    disable_op_determinism()


@pytest.fixture
def pythons_handler():
    """Ctrl-C as in a process of one's own, whoever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def systems_handler():
    """SIGTERM as in a process of one's own."""
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGTERM, before)


class CtrlC(keras.callbacks.Callback):
    """Interrupt the training with a signal while so many batches, or validations, are running."""

    def __init__(self, batches=0, validations=0):
        super().__init__()
        self.batches, self.validations = batches, validations

    def on_train_batch_end(self, batch, logs=None):
        self.batches -= 1
        if self.batches == 0:
            signal.raise_signal(signal.SIGINT)

    def on_test_batch_end(self, batch, logs=None):
        self.validations -= 1
        if self.validations == 0:
            signal.raise_signal(signal.SIGINT)


class Kill(keras.callbacks.Callback):
    """Raise after so many batches, as if the process had died."""

    def __init__(self, after):
        super().__init__()
        self.left = after

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


def numbers(count=40):
    """Inputs (count, 4) and targets (count, 1)."""
    rng = np.random.default_rng(0)
    return rng.random((count, 4), dtype="float32"), rng.random((count, 1), dtype="float32")


def dense_model(metrics=("mae",), optimizer=None, run_eagerly=True, **compiling):
    """A model with random numbers, and metrics that Keras builds with the first batch.

    It runs eagerly, for tests begin many of them, and tracing one takes longer than training it.
    """
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(1),
        ]
    )
    optimizer = optimizer or keras.optimizers.SGD(0.1, momentum=0.9)
    model.compile(optimizer, "mse", metrics=list(metrics), run_eagerly=run_eagerly, **compiling)
    return model


def graph_model():
    """As users train it."""
    return dense_model(optimizer=keras.optimizers.Adam(0.01), run_eagerly=False)


def bits(model):
    """All that training changes, as bytes."""
    return [v.numpy().tobytes() for v in [*model.variables, *model.optimizer.variables]]


@functools.lru_cache(maxsize=8)
def uninterrupted(make_model, fit):
    """Train without a break; return the bits of the model, and its history."""
    keras.utils.clear_session(free_memory=False)
    model = make_model()
    history = fit(model, 0, []).history
    return bits(model), history


def interrupted(make_model, fit, folder, kills, **arguments):
    """Train, killed after `kills[0]` batches, then after `kills[1]` more, ...; then to the end.

    Args:
        make_model: function of a fresh, compiled model.
        fit: function of (model, first batch of the data, callbacks); returns Keras' history.
        folder: where the states lie.
        kills: list of int.
        **arguments: of `ExactResume`.

    Returns:
        The model and its history.
    """
    for after in [*kills, None]:
        keras.utils.clear_session(free_memory=False)
        model = make_model()
        resume = ExactResume(folder, **{"every": 2, **arguments})
        first = 0 if resume.replay_data else resume.position
        if after is None:
            return model, fit(model, first, [resume]).history
        with pytest.raises(KeyboardInterrupt):
            fit(model, first, [resume, Kill(after)])
    return None


def check_same_run(make_model, fit, folder, kills, **arguments):
    """Assert that a run cut off and resumed ends as one that was not."""
    one, its_history = uninterrupted(make_model, fit)
    two, history = interrupted(make_model, fit, folder, kills, **arguments)
    assert bits(two) == one
    assert history == its_history
