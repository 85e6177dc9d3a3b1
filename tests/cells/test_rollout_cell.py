import keras
import numpy as np
import pytest

from st_keras.cells import RolloutCell, SpatioTemporalLSTMCell, ZigzagStackCell
from st_keras.layers import SpatioTemporalRNN
from tests.refusals import refused
from tests.tiny import random_frames

B, T, H, W, C = 2, 5, 4, 6, 2


def build_rnn(dtype=None):
    stack = ZigzagStackCell(
        [SpatioTemporalLSTMCell(3, 3, dtype=dtype) for _ in range(2)], dtype=dtype
    )
    cell = RolloutCell(stack, dtype=dtype)
    rnn = SpatioTemporalRNN(cell, return_sequences=True, dtype=dtype)
    rnn.build({"frame": (None, None, H, W, C), "observed": (None, None, 1)})
    return rnn


def with_flags(frames, flags):
    return {"frame": frames, "observed": np.float32(flags)[..., None]}


def test_mask_of_ones_is_teacher_forcing():
    rnn, frames = build_rnn(), random_frames(B, T, H, W, C)
    stack, head = rnn.cell.cell, rnn.cell.frame_head.kernel.numpy()[0, 0]
    outputs = rnn(with_flags(frames, np.ones((B, T))))
    states = stack.get_initial_state(B)
    for t in range(T):
        h, states = stack(frames[:, t], states)
        np.testing.assert_allclose(outputs[:, t], h.numpy() @ head, atol=1e-6)


def test_mask_of_zeros_feeds_its_own_prediction():
    rnn, frames = build_rnn(), random_frames(B, T, H, W, C)
    outputs = rnn(with_flags(frames, np.tile([1, 1, 0, 0, 0], (B, 1))))
    fed = np.concatenate([frames[:, :2], outputs[:, 1:4]], axis=1)
    np.testing.assert_allclose(outputs, rnn(with_flags(fed, np.ones((B, T)))), atol=1e-6)


@pytest.mark.parametrize("garbage", [np.nan, np.inf, 1e30])
def test_unobserved_frames_are_never_read(garbage):
    rnn, frames = build_rnn(), random_frames(B, T, H, W, C)
    flags = np.tile([1, 0, 1, 0, 0], (B, 1))
    expected = rnn(with_flags(frames, flags)).numpy()
    frames[:, flags[0] == 0] = garbage
    np.testing.assert_array_equal(rnn(with_flags(frames, flags)), expected)
    assert np.isfinite(expected).all()


def test_gradients_ignore_unobserved_nan_too():
    import tensorflow as tf

    rnn, frames = build_rnn(), random_frames(B, T, H, W, C)
    frames[:, 3:] = np.nan
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(rnn(with_flags(frames, np.tile([1, 1, 1, 0, 0], (B, 1)))))
    for gradient in tape.gradient(loss, [w.value for w in rnn.trainable_weights]):
        assert np.isfinite(gradient).all()


def test_a_flag_belongs_to_its_sample():
    """Sample 0 observes step 1, sample 1 does not: each sees only what its own flag says."""
    rnn, frames = build_rnn(), random_frames(B, 2, H, W, C)
    outputs = rnn(with_flags(frames, [[1, 1], [1, 0]])).numpy()
    for channel in range(C):
        changed = frames.copy()
        changed[:, 1, :, :, channel] += 1.0
        moved = np.abs(rnn(with_flags(changed, [[1, 1], [1, 0]])).numpy() - outputs)
        assert moved[0, 1].max() > 1e-4
        assert moved[1].max() == 0


def test_prediction_stays_float32_in_mixed_precision():
    rnn = build_rnn("mixed_bfloat16")
    outputs = rnn(with_flags(random_frames(B, T, H, W, C), np.ones((B, T))))
    assert outputs.dtype == "float32"
    assert rnn.cell.frame_head.compute_dtype == "float32"
    # Real float32, not rounded to bfloat16 on the way.
    rounded = keras.ops.cast(keras.ops.cast(outputs, "bfloat16"), "float32")
    assert np.abs(outputs - rounded).max() > 0


def test_states_and_errors():
    cell = RolloutCell(SpatioTemporalLSTMCell(3, 3))
    assert cell.frame_channels is None
    with pytest.raises(ValueError, match=r"one input of shape .*dict of \['frame', 'observed'\]"):
        cell.build((None, H, W, C))
    with pytest.raises(ValueError, match=r"received \['frame'\].*Pass each by its name"):
        cell.build({"frame": (None, H, W, C)})
    with pytest.raises(ValueError, match=r"one time step of 'frame' of shape.*rank 3"):
        cell.build({"frame": (None, H, W), "observed": (None, 1)})
    cell = RolloutCell(SpatioTemporalLSTMCell(3, 3))
    cell.build({"frame": (None, H, W, C), "observed": (None, 1)})
    assert cell.frame_channels == C
    assert cell.state_size == [(H, W, C), *[(H, W, 3)] * 3]


def rollout_cell(**arguments):
    return RolloutCell(ZigzagStackCell([SpatioTemporalLSTMCell(3, 3)]), **arguments)


STEP = {"frame": random_frames(B, H, W, C), "observed": np.float32([[1], [0]])}
VALID = np.random.default_rng(1).random((B, H, W, C)) > 0.5
MAPS = random_frames(B, H, W, 3, seed=2)


def test_what_is_read_beside_the_frame():
    cell = rollout_cell(validity_channel=True)
    cell.build({"frame": (None, H, W, C), "observed": (None, 1), "auxiliary": (None, H, W, 3)})
    prediction = random_frames(B, H, W, C, seed=3)
    inputs = {**STEP, "auxiliary": MAPS, "valid": VALID.astype("float32")}
    read = cell.read(inputs, prediction)
    frame = STEP["frame"].copy()
    frame[1][VALID[1]] = prediction[1][VALID[1]]
    np.testing.assert_array_equal(read, np.concatenate([frame, VALID, MAPS], axis=-1))
    del inputs["valid"]
    ones = np.ones((B, H, W, C))
    frame = np.stack([STEP["frame"][0], prediction[1]])
    np.testing.assert_array_equal(
        cell.read(inputs, prediction), np.concatenate([frame, ones, MAPS], axis=-1)
    )


def test_maps_the_cell_was_not_built_for():
    cell = rollout_cell()
    cell.build({"frame": (None, H, W, C), "observed": (None, 1)})
    states = cell.get_initial_state(B)
    message = r"RolloutCell: received 3 auxiliary map\(s\)\. Required: 0, for which the cell"
    refused(message, cell, {**STEP, "auxiliary": MAPS}, states)
    inputs = {"frame": (None, H, W, C), "observed": (None, 1), "more": (None, 1)}
    refused(r"\['frame', 'more', 'observed'\]", rollout_cell().build, inputs)
