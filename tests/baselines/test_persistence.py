"""Persistence as a model."""

import numpy as np

from st_keras.baselines import Persistence
from st_keras.metrics.video import persistence_forecast


def test_equals_the_function_in_batches_of_any_size():
    context = np.random.default_rng(0).random((5, 3, 4, 4, 2), "float32")
    context[1, 2, 0] = np.nan  # the last but one stands in
    context[2, :, 1] = np.nan  # nothing is known
    forecast = Persistence().forecast(context, horizon=3, batch_size=2)
    np.testing.assert_array_equal(forecast, persistence_forecast(context, 3))
    np.testing.assert_array_equal(forecast[1, :, 0], np.repeat(context[1, 1:2, 0], 3, axis=0))
    assert np.isnan(forecast[2, :, 1]).all() and np.isnan(forecast).sum() == 3 * 4 * 2


def test_fill():
    context = np.full((1, 2, 2, 2, 1), np.nan)
    assert (Persistence(fill=0.0).forecast(context, 2) == 0).all()
