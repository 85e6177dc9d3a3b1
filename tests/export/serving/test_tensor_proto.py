"""What the protocol declares is looked at before anything is made of it."""

import time

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving.signature import DTYPES, TensorSpec
from st_keras.export.serving.tensor_proto import declared_spec, read_tensor

Proto = type(tf.make_tensor_proto(0.0))


def declared(shape, dtype=1, **fields):
    proto = Proto(dtype=dtype, **fields)
    for size in shape:
        proto.tensor_shape.dim.add().size = size
    return proto


@pytest.mark.parametrize("dtype", DTYPES.values())
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (2, 0, 3)], ids=str)
def test_all_dtypes(shape, dtype):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    proto = tf.make_tensor_proto(array)
    assert declared_spec("x", proto) == TensorSpec(shape, dtype)
    np.testing.assert_array_equal(read_tensor("x", proto, 100), array, strict=True)


def test_few_values_stand_for_many():
    assert read_tensor("x", declared((3,), float_val=[1, 2]), 100).tolist() == [1, 2, 2]


@pytest.mark.parametrize(
    "proto, message",
    [
        (
            declared((1,), 7, string_val=[b"x"]),
            r"dtype number 7\. Required: one of float32, .*int64",
        ),
        (declared((1,), 20), r"dtype number 20"),
        (declared((1,), 999), r"dtype number 999"),
        (declared((-1,)), r"shape \(-1,\)\. Required: sizes of at least 0\. State"),
        (declared((10**9, 10**9)), r"which are 10{18} values\. Required: at most 100 values"),
        (declared((2**62, 4, 0, 3)), r"values\. Required: at most 100 values"),
        (declared((101,), float_val=[1]), r"101 values\. Required: at most 100 values. Send less"),
        (
            declared((2,), tensor_content=b"1234567"),
            r"not fit shape \(2,\) of float32 \(buffer size",
        ),
        (declared((1,), float_val=[1, 2]), r"of float32 .*Let the shape and the content agree"),
        (declared((1,), 4, int_val=[300]), r"not fit shape \(1,\) of uint8"),
    ],
)
def test_what_is_refused(proto, message):
    with pytest.raises(ValueError, match=rf"input 'x': received .*({message})"):
        read_tensor("input 'x'", proto, 100)


def test_unknown_rank():
    proto = declared((), float_val=[1])
    proto.tensor_shape.unknown_rank = True
    with pytest.raises(ValueError, match="sizes of at least 0"):
        read_tensor("x", proto, 100)


def test_many_axes():
    read_tensor("x", declared((1,) * 16, float_val=[1]), 100)
    for size, axes in ((1, 17), (2**62, 40_000)):
        proto = declared((size,) * axes, float_val=[1])
        begin, message = time.perf_counter(), rf"a shape of {axes} axes\. Required: at most 16"
        with pytest.raises(ValueError, match=message) as no:
            read_tensor("x", proto, 100)
        assert time.perf_counter() - begin < 1  # their product takes seconds
        assert len(str(no.value)) < 200


def test_nothing_is_allocated_for_what_is_declared():
    """10**15 bytes would not be there."""
    for fields in ({}, {"float_val": [1.0]}, {"tensor_content": b"0" * 40}):
        with pytest.raises(ValueError, match="values"):
            read_tensor("x", declared((10**8, 10**7), **fields), 50_000_000)
