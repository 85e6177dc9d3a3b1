import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.graph_refusal import refusal_in
from st_keras.training.missing_frames import accepted_frames, check_missing
from tests.refusals import refused


def test_arguments():
    assert check_missing("mask", None, 2) == ("mask", None, 2)
    assert check_missing("refuse", np.float32(0.5), 0) == ("refuse", 0.5, 0)
    assert check_missing("mask", [1, 2.5], 0)[1] == (1.0, 2.5)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("drop", None, 0), r"missing='drop' \('drop' leaves windows out.*SequenceDataset"),
        (("fill", None, 0), r"missing='fill'\. Required: 'refuse' or 'mask'"),
        (("mask", np.nan, 0), r"fill_value=nan"),
        (("mask", [1.0, np.inf], 0), r"fill_value=inf"),
        (("mask", "0", 0), r"fill_value='0'"),
        (("mask", None, -1), r"max_missing_scans=-1"),
        (("refuse", None, 1), r"max_missing_scans=1 with missing='refuse'.*missing='mask'"),
    ],
)
def test_refused_arguments(arguments, message):
    refused(f"Forecaster: received {message}", check_missing, *arguments)


def frames(value):
    array = np.zeros((2, 2, 3), "float32")
    array[1, 1, 1:] = value
    return tf.constant(array)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(
    "missing, value, message",
    [
        ("refuse", np.nan, r"fit: received batch 5 with 2 NaN or infinite value\(s\).*'mask'"),
        ("refuse", np.inf, r"fit: received batch 5 with 2 NaN or infinite value\(s\)"),
        ("mask", -np.inf, r"batch 5 with 2 infinite value\(s\)\. Required: finite values, or NaN"),
    ],
)
def test_faults(compiled, missing, value, message):
    def accepted(frames):
        return accepted_frames("fit", frames, missing, tf.constant(5))

    with pytest.raises(tf.errors.InvalidArgumentError) as info:
        (tf.function(accepted) if compiled else accepted)(frames(value))

    def again():
        raise refusal_in(info.value)

    refused(message, again)


def test_what_is_accepted():
    for missing, values in (("refuse", frames(3.0)), ("mask", frames(np.nan))):
        np.testing.assert_array_equal(accepted_frames("fit", values, missing), values)
    codes = tf.constant([1, 2], tf.uint8)
    assert accepted_frames("fit", codes, "refuse") is codes
