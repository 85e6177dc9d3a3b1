import time
import tracemalloc

import numpy as np
import pytest
import tensorflow as tf

from st_keras.export.serving.signature import TensorSpec
from st_keras.export.serving.tensor_dtypes import DTYPES
from st_keras.export.serving.tensor_proto import declared_spec, read_tensor, write_tensor

Proto = type(tf.compat.v1.make_tensor_proto(0.0))


def written(array):
    proto = Proto()
    write_tensor(proto, array)
    return proto


def declared(shape, dtype=1, **fields):
    proto = Proto(dtype=dtype, **fields)
    for size in shape:
        proto.tensor_shape.dim.add().size = size
    return proto


@pytest.mark.parametrize("dtype", [known.dtype for known in DTYPES], ids=str)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (2, 0, 3)], ids=str)
def test_there_and_back_and_as_tensorflow_reads_it(shape, dtype):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    proto = written(array)
    for back in (read_tensor("x", proto, 100), tf.make_ndarray(proto)):
        assert back.dtype == dtype and back.shape == shape
        np.testing.assert_array_equal(back, array)
    theirs = tf.compat.v1.make_tensor_proto(array)
    np.testing.assert_array_equal(read_tensor("x", theirs, 100), array)


def test_not_contiguous():
    array = np.arange(6, dtype="float32").reshape(2, 3).T
    np.testing.assert_array_equal(read_tensor("x", written(array), 100), array)


def test_values_one_by_one_and_the_last_one_repeated():
    whole = read_tensor("x", declared((2, 2), float_val=[1, 2, 3, 4]), 100)
    assert whole.tolist() == [[1, 2], [3, 4]]
    assert read_tensor("x", declared((3,), float_val=[1, 2]), 100).tolist() == [1, 2, 2]
    assert read_tensor("x", declared((), 3, int_val=[7]), 100) == 7
    assert read_tensor("x", declared((2,), 10, bool_val=[True, False]), 100).tolist() == [1, 0]
    assert read_tensor("x", declared((2,), 4, int_val=[7, 255]), 100).tolist() == [7, 255]


def test_values_one_by_one_take_little_more_than_their_array():
    proto = declared((300_000,), float_val=np.arange(250_000, dtype="float32"))
    tracemalloc.start()
    array = read_tensor("x", proto, 10**6)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert array[249_999] == array[-1] == 249_999
    assert peak < 12 * array.size  # as a list 32 and more of each


def test_what_is_declared():
    proto = declared((2, 10**9), 2)
    assert declared_spec("x", proto) == TensorSpec((2, 10**9), "float64")


@pytest.mark.parametrize(
    "proto, message",
    [
        (
            declared((1,), 7, string_val=[b"x"]),
            r"dtype number 7\. Required: one of float32, .*bool",
        ),
        (declared((1,), 20), r"dtype number 20"),
        (declared((1,), 0), r"dtype number 0"),
        (declared((-1,)), r"shape \(-1,\)\. Required: sizes of at least 0\. State"),
        (declared((10**9, 10**9)), r"which are 10{18} values\. Required: at most 100 values"),
        (declared((2**62, 4, 0, 3)), r"which are 0 values\. Required: at most 100 values"),
        (declared((101,), float_val=[1]), r"101 values\. Required: at most 100 values. Send less"),
        (
            declared((2,), tensor_content=b"1234567"),
            r"7 bytes and 0 single values for shape \(2,\)",
        ),
        (declared((2,)), r"Required: 8 bytes of tensor_content, or 1 to 2 values in float_val"),
        (declared((1,), float_val=[1, 2]), r"2 single values.*Let the shape and the content agree"),
        (declared((1,), tensor_content=b"1234", float_val=[1]), r"4 bytes and 1 single values"),
        (
            declared((1,), 3, float_val=[1]),
            r"0 bytes and 0 single values for shape \(1,\) of int32",
        ),
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
        begin = time.perf_counter()
        with pytest.raises(
            ValueError, match=rf"a shape of {axes} axes\. Required: at most 16"
        ) as no:
            read_tensor("x", proto, 100)
        assert time.perf_counter() - begin < 1  # their product takes seconds
        assert len(str(no.value)) < 200


def test_nothing_is_allocated_for_what_is_declared():
    """10**15 bytes would not be there."""
    for fields in ({}, {"float_val": [1.0]}, {"tensor_content": b"0" * 40}):
        with pytest.raises(ValueError, match="values"):
            read_tensor("x", declared((10**8, 10**7), **fields), 50_000_000)
