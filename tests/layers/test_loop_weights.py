import keras
import numpy as np
import pytest

from st_keras.cells import RolloutCell, SpatioTemporalLSTMCell, ZigzagStackCell
from st_keras.layers.loop_weights import all_weights, cast_weights, casts_weights, weights_replaced
from tests.tiny import random_frames


def rollout(dtype=None, **kwargs):
    cells = [SpatioTemporalLSTMCell(3, 3, dtype=dtype, **kwargs) for _ in range(2)]
    cell = RolloutCell(ZigzagStackCell(cells, dtype=dtype), dtype=dtype)
    cell.build({"frame": (None, 4, 6, 2), "observed": (None, 1)})
    return cell


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_all_weights_in_the_dtype_their_layer_computes_in(policy):
    cell = rollout(policy)
    variables, tensors = all_weights(cell)
    assert {v.path for v in variables} == {v.path for v in cell.weights}
    for variable, tensor in zip(variables, tensors, strict=True):
        dtype = keras.backend.standardize_dtype(tensor.dtype)
        head = variable is cell.frame_head.kernel
        assert dtype == ("float32" if head else cell.compute_dtype)
        np.testing.assert_array_equal(tensor, keras.ops.cast(variable, dtype))


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_layers_read_the_tensors_and_give_the_same_bits(policy):
    cell = rollout(policy)
    x = {"frame": random_frames(2, 4, 6, 2), "observed": np.ones((2, 1), "float32")}
    states = cell.get_initial_state(2)
    expected, _ = cell(x, states)
    variables, tensors = all_weights(cell)
    with weights_replaced(variables, tensors):
        same, _ = cell(x, states)
    with weights_replaced(variables, [0 * tensor for tensor in tensors]):
        zeros, _ = cell(x, states)
    np.testing.assert_array_equal(same, expected)
    assert not np.any(zeros)
    np.testing.assert_array_equal(cell(x, states)[0], expected)


def test_only_mixed_precision_casts_weights():
    assert cast_weights(rollout()) == ([], []) and not casts_weights(rollout())
    cell = rollout("mixed_bfloat16")
    assert casts_weights(cell)
    variables, tensors = cast_weights(cell)
    assert {id(v) for v in variables} == {id(w) for w in cell.weights} - {
        id(cell.frame_head.kernel)
    }
    assert {keras.backend.standardize_dtype(tensor.dtype) for tensor in tensors} == {"bfloat16"}
