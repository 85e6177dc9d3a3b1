"""Exactly as many batches as told, whatever the epochs."""

import keras
import numpy as np
import pytest

from st_keras.training import StepLimit


@pytest.mark.parametrize(("steps", "epochs", "per_epoch"), [(5, 2, 3), (6, 2, 3), (1, 3, 2)])
def test_stops(steps, epochs, per_epoch):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    limit = StepLimit(steps)
    data = np.zeros((per_epoch, 1), "float32")
    model.fit(data, data, batch_size=1, epochs=epochs, callbacks=[limit], verbose=0)
    assert limit.done == steps
    assert int(model.optimizer.iterations) == steps


@pytest.mark.parametrize(("steps", "trained"), [(4, 4), (5, 8), (8, 8), (9, 12), (13, 14)])
def test_counts_batches_and_not_calls(steps, trained):
    """Epochs of 10 batches, four an execution: whole executions, of which the last has two."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=4, run_eagerly=True)
    limit, data = StepLimit(steps), np.zeros((10, 1), "float32")
    model.fit(data, data, batch_size=1, epochs=3, callbacks=[limit], verbose=0)
    assert limit.done == int(model.optimizer.iterations) == trained - (2 if steps == 9 else 0)


def test_refuses_no_steps():
    with pytest.raises(ValueError, match="StepLimit: received steps=0"):
        StepLimit(0)
