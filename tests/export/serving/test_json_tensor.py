import functools
import json

import numpy as np
import pytest

from st_keras.export.serving import json_tensor
from st_keras.export.serving.json_tensor import json_of_array, numbers_of_json


def test_float32_goes_there_and_back_exactly():
    random = np.random.default_rng(0)
    bits = random.integers(0, 2**32, 20_000, dtype="uint64").astype("uint32").view("float32")
    numbers = bits[np.isfinite(bits)].reshape(-1)
    extremes = np.float32([0, -0.0, 1, 0.1, 1e-45, 3.4028235e38, -1.1754944e-38])
    numbers = np.concatenate([numbers, extremes])
    text = json_of_array(numbers)
    back = np.float32(numbers_of_json("f", "x", json.loads(text)))
    np.testing.assert_array_equal(back, numbers)


@pytest.mark.parametrize("shape", [(), (3,), (2, 1, 3), (2, 0), (1, 1, 1, 1, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "int32", "bool"])
def test_shapes_and_dtypes(shape, dtype):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = numbers_of_json("f", "x", json.loads(json_of_array(array))).astype(dtype)
    assert back.shape == shape
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
    array = np.float32([np.nan, np.inf, -np.inf, 1])
    text = json_of_array(array)
    assert text == "[NaN,Infinity,-Infinity,1]"
    np.testing.assert_array_equal(numbers_of_json("f", "x", json.loads(text)), array)


DEEP = functools.reduce(lambda value, _: [value], range(100), 1)


@pytest.mark.parametrize("value", [[[1], [1, 2]], {"a": 1}, [{}], ["word"], [10**400], DEEP])
def test_what_is_refused(value):
    message = r"f: received x that is no array of numbers\. Required: a number, or nested lists"
    with pytest.raises(ValueError, match=message):
        numbers_of_json("f", "x", value)
