"""The interface that all baselines share."""

import numpy as np
import pytest

from st_keras.baselines import Baseline, Zero
from tests.refusals import refused


class Ages(Baseline):
    """Says how many frames the context had; NaN in the first row."""

    def of_batch(self, context, horizon):
        forecast = np.full((len(context), horizon, *context.shape[2:]), float(context.shape[1]))
        forecast[:, :, 0] = np.nan
        return forecast


@pytest.mark.parametrize(
    "given, returned",
    [("float32", "float32"), ("float64", "float64"), ("float16", "float32"), ("uint8", "float32")],
)
def test_shape_and_type(given, returned):
    forecast = Ages().forecast(np.zeros((5, 4, 3, 2, 2), given), horizon=7, batch_size=2)
    assert forecast.shape == (5, 7, 3, 2, 2) and forecast.dtype == returned
    assert np.isnan(forecast[:, :, 0]).all() and (forecast[:, :, 1:] == 4).all()


def test_what_is_not_known_can_be_filled():
    forecast = Ages(fill=0.5).forecast(np.zeros((1, 4, 3, 2, 1)), horizon=1)
    assert (forecast[:, :, 0] == 0.5).all() and (forecast[:, :, 1:] == 4).all()


def test_a_bar_of_sequences(capfd):
    Ages().forecast(np.zeros((5, 1, 2, 2, 1)), horizon=1, batch_size=2, verbose=1)
    shown = capfd.readouterr().err
    assert "Ages" in shown and "5/5" in shown
    Ages().forecast(np.zeros((5, 1, 2, 2, 1)), horizon=1)
    assert capfd.readouterr().err == ""


def test_refusals():
    context = np.zeros((1, 2, 2, 2, 1))
    refused("Ages.forecast: received context of shape .* rank 4", Ages().forecast, context[0], 1)
    refused("which is empty", Ages().forecast, context[:0], 1)
    refused("infinite values", Ages().forecast, context + np.inf, 1)
    refused("horizon=0", Ages().forecast, context, 0)
    refused("batch_size=0", Ages().forecast, context, 1, batch_size=0)
    refused("Ages: received fill=nan", Ages, fill=float("nan"))
    refused("Zero: received value='0'", Zero, "0")


def test_zero_says_its_value_whatever_came():
    context = np.full((2, 3, 4, 4, 1), np.nan)
    assert (Zero(-32.0).forecast(context, 2) == -32.0).all()


@pytest.mark.parametrize("limit, sizes", [(None, [3, 2]), (1, [1] * 5), (4, [3, 2])])
def test_batches_are_no_larger_than_asked_and_possible(limit, sizes):
    seen = []

    class Counts(Ages):
        most_at_once = limit

        def of_batch(self, context, horizon):
            seen.append(len(context))
            return super().of_batch(context, horizon)

    Counts().forecast(np.zeros((5, 4, 3, 2, 1)), horizon=1, batch_size=3)
    assert seen == sizes
