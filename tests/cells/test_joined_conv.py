from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from st_keras.cells import ConvLSTMCell, SpatioTemporalLSTMCell
from st_keras.cells.joined_conv import JoinedConv2D
from st_keras.cells.joined_weights import tensors_given, weights_joined
from tests.tiny import random_frames

B, H, W, C, F = 2, 4, 5, 2, 3


@pytest.fixture
def parts():
    """Convolutions of x to three gates, of which two are joined to those of h, in other order."""
    of_x, of_h = (
        keras.layers.Conv2D(
            n * F, 3, padding="same", use_bias=False, kernel_initializer="he_normal"
        )
        for n in (3, 2)
    )
    of_x.build((None, H, W, C))
    of_h.build((None, H, W, F))
    slices = [slice(2 * F, 3 * F), slice(0, F)]
    return of_x, of_h, JoinedConv2D((of_x, slices), (of_h, [slice(None)]))


def added(of_x, of_h, x, h):
    first, _, last = ops.split(of_x(x), 3, axis=-1)
    return ops.concatenate([last, first], axis=-1) + of_h(h)


def test_is_the_sum_and_has_its_gradients(parts):
    of_x, of_h, joined = parts
    x, h = (tf.constant(random_frames(B, H, W, n, seed=n)) for n in (C, F))
    kernels = [of_x.kernel.value, of_h.kernel.value]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([x, h])
        with tensors_given([joined], [joined.join()]):
            ours = joined(x, h)
        losses = [tf.reduce_sum(y**2) for y in (ours, added(of_x, of_h, x, h))]
    np.testing.assert_allclose(ours, added(of_x, of_h, x, h), atol=1e-5)
    found, expected = (tape.gradient(loss, [x, h, *kernels]) for loss in losses)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_inputs_get_the_dtype_of_the_kernel(parts, policy):
    joined, dtype = parts[2], keras.dtype_policies.get(policy).compute_dtype
    kernel = ops.cast(joined.join(), dtype)
    with tensors_given([joined], [kernel]):
        y = joined(tf.zeros((B, H, W, C), "bfloat16"), tf.zeros((B, H, W, F), "float32"))
    assert keras.backend.standardize_dtype(y.dtype) == dtype


@pytest.mark.parametrize("kwargs", [{}, {"layer_norm": True}, {"use_bias": True}], ids=str)
def test_a_cell_joins_what_it_only_adds(kwargs):
    cell = SpatioTemporalLSTMCell(F, 3, **kwargs)
    cell.build((None, H, W, C))
    assert len(cell.joined) == (0 if kwargs else 2)
    x = tf.constant(random_frames(B, H, W, C))
    states = [
        tf.constant(random_frames(*state.shape, seed=i))
        for i, state in enumerate(cell.get_initial_state(B, (H, W)))
    ]
    plain, _ = cell(x, states)
    with weights_joined(cell):
        joined, _ = cell(x, states)
    np.testing.assert_allclose(joined, plain, atol=1e-6)


@pytest.mark.parametrize("policy, atol", [("float32", 1e-6), ("mixed_bfloat16", 0.02)])
def test_a_bias_is_added_once(policy, atol):
    cell = ConvLSTMCell(F, 3, dtype=policy)
    cell.build((None, H, W, C))
    cell.input_conv.bias.assign(random_frames(4 * F))
    x = tf.constant(random_frames(B, H, W, C))
    states = cell.get_initial_state(B, (H, W))
    plain, _ = cell(x, states)
    call = mock.patch.object(
        JoinedConv2D, "__call__", autospec=True, side_effect=JoinedConv2D.__call__
    )
    with weights_joined(cell), call as calls:
        joined, _ = cell(x, states)
    assert calls.call_count == 1
    np.testing.assert_allclose(*(ops.cast(y, "float32") for y in (joined, plain)), atol=atol)
