import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import ModeCell
from st_keras.layers import SpatioTemporalRNN
from st_keras.models.modernn.step_batch_norm import StepBatchNormalization
from tests.tiny import random_frames


def build(channels=3):
    norm = StepBatchNormalization()
    norm.build((None, 4, 5, channels))
    return norm


def test_training_uses_the_batch_and_updates_as_pytorch_does():
    norm, x = build(), random_frames(2, 4, 5, 3)
    y = norm(x, update_statistics=True)
    flat = x.reshape(-1, 3).astype("float64")
    expected = (flat - flat.mean(0)) / np.sqrt(flat.var(0) + 1e-5)
    np.testing.assert_allclose(np.reshape(y, (-1, 3)), expected, atol=1e-5)
    np.testing.assert_allclose(norm.moving_mean, 0.1 * flat.mean(0), rtol=1e-5)
    np.testing.assert_allclose(norm.moving_variance, 0.9 + 0.1 * flat.var(0, ddof=1), rtol=1e-5)


def test_inference_uses_the_moving_statistics():
    norm, x = build(), random_frames(2, 4, 5, 3)
    norm.moving_mean.assign([0.1, 0.2, 0.3])
    norm.moving_variance.assign([1.0, 4.0, 9.0])
    expected = (x - [0.1, 0.2, 0.3]) / np.sqrt(np.add([1.0, 4.0, 9.0], 1e-5))
    np.testing.assert_allclose(norm(x), expected, atol=1e-6)
    np.testing.assert_allclose(norm.moving_mean, [0.1, 0.2, 0.3], rtol=1e-6)


def moving(rnn):
    return np.concatenate([np.ravel(w) for w in rnn.non_trainable_weights])


def rnn_of(frames):
    rnn = SpatioTemporalRNN(ModeCell(4, num_slots=2))
    rnn.build(frames.shape)
    return rnn


def test_one_update_per_time_step_and_none_in_inference():
    """Keras calls a cell once more than there are steps; statistics must not count that call."""
    frames = random_frames(2, 5, 4, 5, 3)
    rnn = rnn_of(frames)
    before = moving(rnn)
    rnn(frames)
    np.testing.assert_array_equal(moving(rnn), before)
    by_hand, states = rnn_of(frames), rnn.cell.get_initial_state(2)
    by_hand.set_weights(rnn.get_weights())
    for t in range(frames.shape[1]):
        _, states = by_hand.cell(frames[:, t], states, update_statistics=True)
    rnn(frames, training=True)
    np.testing.assert_allclose(moving(rnn), moving(by_hand), atol=1e-6)
    assert np.abs(moving(rnn) - before).max() > 0.01


def test_a_frozen_cell_is_inference_in_training_too():
    frames = random_frames(2, 3, 4, 5, 3)
    rnn = rnn_of(frames)
    rnn(frames, training=True)
    before, expected = moving(rnn), rnn(frames)
    rnn.cell.trainable = False
    np.testing.assert_allclose(rnn(frames, training=True), expected, atol=1e-6)
    statistics = np.concatenate([np.ravel(s) for s in rnn.cell.batch_statistics])
    np.testing.assert_array_equal(statistics, before)


def test_replicas_keep_the_statistics_of_the_global_batch(two_replicas):
    frames = random_frames(4, 3, 4, 5, 3)
    with two_replicas.scope():
        rnn = rnn_of(frames)
    initial = moving(rnn)
    alone = rnn_of(frames)
    alone.set_weights(rnn.get_weights())
    expected = alone(frames, training=True)

    @tf.function
    def run():
        def step():
            replica = tf.distribute.get_replica_context().replica_id_in_sync_group
            return rnn(tf.constant(frames)[2 * replica : 2 * replica + 2], training=True)

        return two_replicas.run(step)

    outputs = two_replicas.experimental_local_results(run())
    # Without a memory yet, queries have a variance of 0: that divides rounding by sqrt(1e-5).
    np.testing.assert_allclose(np.concatenate(outputs), expected, atol=1e-4)
    np.testing.assert_allclose(moving(rnn), moving(alone), atol=1e-5)
    assert np.abs(moving(rnn) - initial).max() > 0.01


def test_a_mask_in_training_is_refused():
    frames = random_frames(2, 3, 4, 5, 3)
    rnn = rnn_of(frames)
    mask = np.array([[True, True, False]] * 2)
    assert np.isfinite(rnn(frames, mask=mask)).all()
    with pytest.raises(ValueError, match=r"a mask in training.*batch_norm=False"):
        rnn(frames, mask=mask, training=True)


def test_bfloat16_keeps_statistics_in_float32():
    norm = StepBatchNormalization(dtype="mixed_bfloat16")
    norm.build((None, 4, 5, 3))
    y = norm(tf.cast(random_frames(2, 4, 5, 3), "bfloat16"), update_statistics=True)
    assert y.dtype == "bfloat16"
    mean = norm.moving_mean.numpy()
    assert mean.dtype == "float32"
    assert np.any(mean != tf.cast(tf.cast(mean, "bfloat16"), "float32"))  # nor rounded on the way
