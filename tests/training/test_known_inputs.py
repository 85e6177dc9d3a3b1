import numpy as np
import pytest

from st_keras.training.known_inputs import known_array
from tests.refusals import refused
from tests.tiny import random_frames, tiny_forecaster

CONTEXT = random_frames(2, 3, 4, 6, 3)
FUTURES = {"hour": "known", "wind": "known"}


def reader(missing="mask", futures=FUTURES):
    names = ["rain", *futures]
    model = tiny_forecaster(
        missing=missing, channels=names, targets=["rain"], future_inputs=futures
    )
    return model.reader


def known(**changed):
    return {"hour": np.zeros((2, 4, 4, 6)), "wind": np.ones((2, 3, 4, 6), "uint8"), **changed}


def test_in_the_order_of_the_channels():
    array = known_array(known(), CONTEXT, 4, reader())
    assert array.shape == (2, 3, 4, 6, 2) and array.dtype == np.float32
    assert not array[..., 0].any() and array[..., 1].all()
    assert known_array(known(), CONTEXT, 1, reader()).shape == (2, 0, 4, 6, 2)


def test_none():
    assert known_array(None, CONTEXT, 4, reader(futures={"hour": "held"})) is None
    assert known_array({}, CONTEXT, 4, tiny_forecaster().reader) is None


@pytest.mark.parametrize(
    "changed, missing, message",
    [
        ({"more": 0}, "mask", r"known inputs \['hour', 'more', 'wind'\]\. Required: \['hour', 'w"),
        ({"wind": np.ones((2, 2, 4, 6))}, "mask", r"shape \(2, 2, 4, 6\) with horizon=4.*\(2, 3,"),
        ({"wind": np.ones((1, 3, 4, 6))}, "mask", r"known\['wind'\] of shape \(1, 3, 4, 6\)"),
        ({"wind": np.ones((2, 3, 4, 5))}, "mask", r"known\['wind'\] of shape \(2, 3, 4, 5\)"),
        ({"wind": np.ones((2, 3, 4, 6, 1))}, "mask", r"rank 5. Required: rank 4"),
        ({"wind": np.full((2, 3, 4, 6), np.inf)}, "mask", r"144 infinite values.*known\['wind'\]"),
        ({"wind": np.full((2, 3, 4, 6), np.nan)}, "refuse", r"144 NaN or infinite values"),
        ({"wind": np.full((2, 3, 4, 6), "a")}, "mask", r"known\['wind'\] of dtype <U1"),
    ],
)
def test_refusals(changed, missing, message):
    match = f"Forecaster.forecast: received .*{message}"
    refused(match, known_array, known(**changed), CONTEXT, 4, reader(missing))


def test_superfluous_ones():
    model = tiny_forecaster()
    refused(
        r"received known inputs \['hour'\]\. Required: none",
        known_array,
        {"hour": 0},
        CONTEXT,
        4,
        model.reader,
    )
