import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.layers import SpatioTemporalRNN
from st_keras.models.action_conditioned_rollout_cell import ActionConditionedRolloutCell
from st_keras.models.predrnn.action_conditioned_spatio_temporal_lstm_cell import (
    ActionConditionedSpatioTemporalLSTMCell,
)
from st_keras.models.predrnn.action_conditioned_stack_cell import ActionConditionedStackCell
from tests.tiny import random_frames

B, T, H, W, C, A, F = 2, 5, 4, 8, 2, 3, 4


def build_rnn(dtype=None, residual=True):
    cells = [ActionConditionedSpatioTemporalLSTMCell(F, F, 3, dtype=dtype) for _ in range(2)]
    stack = ActionConditionedStackCell(cells, dtype=dtype)
    cell = ActionConditionedRolloutCell(stack, A, 3, residual=residual, dtype=dtype)
    rnn = SpatioTemporalRNN(cell, return_sequences=True, dtype=dtype)
    shapes = {"frame": (None, None, H, W, C), "observed": (None, None, 1)}
    rnn.build({**shapes, "action": (None, None, A)})
    return rnn


def inputs(frames, flags, seed=7):
    actions = np.random.default_rng(seed).normal(size=(*frames.shape[:2], A))
    return {
        "frame": frames,
        "observed": np.float32(flags)[..., None],
        "action": np.float32(actions),
    }


@pytest.mark.parametrize("residual", [False, True])
def test_teacher_forcing_is_encode_run_decode(residual):
    rnn, frames = build_rnn(residual=residual), random_frames(B, T, H, W, C)
    cell = rnn.cell
    steps = inputs(frames, np.ones((B, T)))
    outputs = rnn(steps)
    states = cell.cell.get_initial_state(B)
    for t in range(T):
        large, small = cell.frame_encoder(frames[:, t], return_all=True)
        maps = np.broadcast_to(steps["action"][:, t, None, None], (B, H, W, A))
        action = cell.action_encoder(maps)
        h, states = cell.cell(np.concatenate([small, action], axis=-1), states)
        first, last = cell.frame_decoder.convolutions
        # The decoder of two convolutions, and what is added before each.
        assert (large.shape[1:], small.shape[1:]) == ((H // 2, W // 2, F // 2), (H // 4, W // 4, F))
        half = first(h + small if residual else h)[:, 1 : 1 + H // 2, 1 : 1 + W // 2]
        full = last(half + large if residual else half)[:, 1 : 1 + H, 1 : 1 + W]
        np.testing.assert_allclose(outputs[:, t], full, atol=1e-6)


def test_mask_of_zeros_feeds_its_own_prediction():
    rnn, frames = build_rnn(), random_frames(B, T, H, W, C)
    outputs = rnn(inputs(frames, np.tile([1, 1, 0, 0, 0], (B, 1))))
    fed = np.concatenate([frames[:, :2], outputs[:, 1:4]], axis=1)
    np.testing.assert_allclose(outputs, rnn(inputs(fed, np.ones((B, T)))), atol=1e-6)


@pytest.mark.parametrize("garbage", [np.nan, np.inf, 1e30])
def test_unobserved_frames_are_never_read(garbage):
    rnn, frames = build_rnn(), random_frames(B, T, H, W, C)
    flags = np.tile([1, 0, 1, 0, 0], (B, 1))
    expected = rnn(inputs(frames, flags)).numpy()
    frames[:, flags[0] == 0] = garbage
    steps = inputs(frames, flags)
    with tf.GradientTape() as tape:
        outputs = rnn(steps)
        loss = tf.reduce_sum(outputs)
    np.testing.assert_array_equal(outputs, expected)
    for gradient in tape.gradient(loss, [w.value for w in rnn.trainable_weights]):
        assert np.isfinite(gradient).all()


def test_actions_are_read_where_the_frame_is_not():
    rnn, frames = build_rnn(), random_frames(B, T, H, W, C)
    flags = np.tile([1, 0, 0, 0, 0], (B, 1))
    one, other = (rnn(inputs(frames, flags, seed=seed)).numpy() for seed in (7, 8))
    assert np.abs(one - other).max() > 1e-5


def test_prediction_stays_float32_in_mixed_precision():
    rnn = build_rnn("mixed_bfloat16")
    outputs = rnn(inputs(random_frames(B, T, H, W, C), np.ones((B, T))))
    assert outputs.dtype == "float32"
    rounded = keras.ops.cast(keras.ops.cast(outputs, "bfloat16"), "float32")
    assert np.abs(outputs - rounded).max() > 0
    assert {w.dtype for w in rnn.weights} == {"float32"}


def test_states_are_a_prediction_and_maps_of_a_quarter():
    cell = build_rnn().cell
    assert cell.frame_channels == C
    assert cell.state_size == [(H, W, C), *[(H // 4, W // 4, F)] * 5]
    states = cell.get_initial_state(3, (8, 12))
    assert [tuple(s.shape) for s in states] == [(3, 8, 12, C), *[(3, 2, 3, F)] * 5]


def test_config_makes_the_same_cell():
    cell = build_rnn(residual=False).cell
    config = keras.saving.serialize_keras_object(cell)
    again = keras.saving.deserialize_keras_object(config)
    assert type(again) is ActionConditionedRolloutCell and again.residual is False
    # Keras also builds it for the shapes it had.
    assert again.frame_channels == C
    assert [w.shape for w in again.weights] == [w.shape for w in cell.weights]


def test_errors():
    stack = ActionConditionedStackCell([ActionConditionedSpatioTemporalLSTMCell(F, F, 3)])
    with pytest.raises(ValueError, match=r"action_channels=0"):
        ActionConditionedRolloutCell(stack, 0)
    with pytest.raises(ValueError, match=r"ActionConditionedRolloutCell: received kernel_size=2"):
        ActionConditionedRolloutCell(stack, A, 2)
    cell = ActionConditionedRolloutCell(stack, A)
    with pytest.raises(ValueError, match=r"received \['frame', 'observed'\].*'action'\]"):
        cell.build({"frame": (None, H, W, C), "observed": (None, 1)})
    with pytest.raises(ValueError, match=r"'action' of shape \(None, 4\).*action_channels=3"):
        cell.build({"frame": (None, H, W, C), "observed": (None, 1), "action": (None, A + 1)})
