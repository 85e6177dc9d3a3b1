import json

import numpy as np
import pytest

from st_keras.export.serving import json_tensor
from st_keras.export.serving.json_tensor import array_of_json, json_of_array


def test_float32_goes_there_and_back_exactly():
    random = np.random.default_rng(0)
    bits = random.integers(0, 2**32, 20_000, dtype="uint64").astype("uint32").view("float32")
    numbers = bits[np.isfinite(bits)].reshape(-1)
    extremes = np.float32([0, -0.0, 1, 0.1, 1e-45, 3.4028235e38, -1.1754944e-38])
    numbers = np.concatenate([numbers, extremes])
    text = json_of_array(numbers)
    back = array_of_json("x", json.loads(text), "float32")
    np.testing.assert_array_equal(back, numbers)


@pytest.mark.parametrize("shape", [(), (3,), (2, 1, 3), (2, 0), (1, 1, 1, 1, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
def test_shapes_and_dtypes(shape, dtype):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = array_of_json("x", json.loads(json_of_array(array)), dtype)
    assert back.dtype == dtype and back.shape == shape
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    "shape", [(7,), (2, 3), (3, 1, 7), (2, 2, 2, 2), (1, 5, 1), (4, 0), (0,), ()], ids=str
)
@pytest.mark.parametrize("most", [1, 2, 3, 6])
def test_pieces_are_the_whole(shape, most, monkeypatch):
    monkeypatch.setattr(json_tensor, "PIECE", most)
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype("float32") / 7
    pieces = list(json_tensor.json_pieces(array))
    np.testing.assert_array_equal(np.float32(json.loads("".join(pieces))), array)
    assert max(piece.count(".") for piece in pieces) <= most


def test_what_is_not_finite_is_written_as_tf_serving_does_it():
    text = json_of_array(np.float32([np.nan, np.inf, -np.inf, 1]))
    assert text == "[NaN,Infinity,-Infinity,1]"
    back = array_of_json("x", json.loads(text), "float32", finite=False)
    np.testing.assert_array_equal(back, np.float32([np.nan, np.inf, -np.inf, 1]))


@pytest.mark.parametrize(
    "value, dtype, message",
    [
        ([[1], [1, 2]], "float32", r"no array of numbers\. Required: a number, or nested lists"),
        ({"a": 1}, "float32", r"no array of numbers"),
        ([{}], "float32", r"no array of numbers"),
        (["word"], "float32", r"no array of numbers\. .*Send the tensor as nested lists"),
        ([10**400], "float32", r"no array of numbers"),
        ([None], "float32", r"missing, not finite, or beyond float32\. Required: finite numbers"),
        ([1e400], "float32", r"not finite"),
        ([1e39], "float32", r"beyond float32\. Required: finite numbers\. Fill gaps"),
        (1.5, "int32", r"numbers that are no int32\. Required: whole numbers from -2147483648 to"),
        (2**31, "int32", r"no int32"),
        (None, "int32", r"no int32"),
        (1e400, "int32", r"no int32.*Send whole numbers in that range"),
        (2, "bool", r"no bool\. Required: whole numbers from 0 to 1"),
        (2**60, "int64", r"no int64"),
    ],
)
def test_what_is_refused(value, dtype, message):
    with pytest.raises(ValueError, match=rf"input 'x': received .*{message}"):
        array_of_json("input 'x'", value, dtype)


def test_deep_lists_are_refused():
    value = 1
    for _ in range(100):
        value = [value]
    with pytest.raises(ValueError, match="no array of numbers"):
        array_of_json("x", value, "float32")
