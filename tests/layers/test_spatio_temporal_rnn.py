import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import SpatioTemporalLSTMCell, ZigzagStackCell
from st_keras.layers import SpatioTemporalRNN
from tests.tiny import random_frames

B, T, H, W, C, F = 2, 4, 4, 6, 2, 3


def build_cell(dtype=None):
    cells = [SpatioTemporalLSTMCell(F, 3, dtype=dtype) for _ in range(2)]
    return ZigzagStackCell(cells, dtype=dtype)


def python_loop(cell, frames, order, observed=None):
    """Outputs of all steps, and the last states."""
    states, outputs = cell.get_initial_state(frames.shape[0], frames.shape[2:4]), []
    for t in order:
        output, new = cell(frames[:, t], states)
        if observed is not None:
            keep = observed[:, t, None, None, None]
            new = [tf.where(keep, a, b) for a, b in zip(new, states, strict=True)]
        states = new
        outputs.append(output)
    return np.stack(outputs, axis=1), states


def assert_equal(ours, theirs):
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.fixture
def frames():
    return random_frames(B, T, H, W, C)


@pytest.mark.parametrize("unroll", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
def test_equals_a_python_loop(frames, go_backwards, unroll):
    cell = build_cell()
    rnn = SpatioTemporalRNN(
        cell, return_sequences=True, return_state=True, go_backwards=go_backwards, unroll=unroll
    )
    output, *states = rnn(frames)
    expected, expected_states = python_loop(cell, frames, range(T)[:: -1 if go_backwards else 1])
    assert_equal(output, expected)
    assert len(states) == 5
    for ours, theirs in zip(states, expected_states, strict=True):
        assert_equal(ours, theirs)
    last = SpatioTemporalRNN(cell, go_backwards=go_backwards, unroll=unroll)(frames)
    assert_equal(last, expected[:, -1])


@pytest.mark.parametrize("unroll", [False, True])
def test_masked_steps_keep_the_states(frames, unroll):
    cell = build_cell()
    mask = np.array([[1, 0, 1, 0], [1, 1, 0, 1]], bool)
    rnn = SpatioTemporalRNN(cell, return_sequences=True, return_state=True, unroll=unroll)
    output, *states = rnn(frames, mask=mask)
    expected, expected_states = python_loop(cell, frames, range(T), mask)
    for ours, theirs in zip(states, expected_states, strict=True):
        assert_equal(ours, theirs)
    for b in range(B):
        for t in range(T):
            if mask[b, t]:
                assert_equal(output[b, t], expected[b, t])
            else:  # the previous output stands
                assert_equal(output[b, t], output[b, t - 1])


def test_zero_output_for_mask(frames):
    rnn = SpatioTemporalRNN(build_cell(), return_sequences=True, zero_output_for_mask=True)
    output = rnn(frames, mask=np.array([[1, 0, 1, 0], [1, 1, 0, 1]], bool)).numpy()
    assert (
        np.abs(output[0, 1]).max() == np.abs(output[0, 3]).max() == np.abs(output[1, 2]).max() == 0
    )
    assert np.abs(output[1, 3]).max() > 0


def test_streaming_frame_by_frame_equals_the_whole_sequence(frames):
    rnn = SpatioTemporalRNN(build_cell(), return_sequences=True, return_state=True)
    whole, *whole_states = rnn(frames)
    states, parts = None, []
    for t in range(T):
        part, *states = rnn(frames[:, t : t + 1], initial_state=states)
        parts.append(part)
    assert_equal(np.concatenate(parts, axis=1), whole)
    for ours, theirs in zip(states, whole_states, strict=True):
        assert_equal(ours, theirs)


def test_one_layer_serves_any_image_size(frames):
    cell = build_cell()
    rnn = SpatioTemporalRNN(cell)
    rnn(frames)
    larger = random_frames(1, 3, 8, 4, C)
    assert_equal(rnn(larger), python_loop(cell, larger, range(3))[0][:, -1])


def test_plain_keras_rnn_runs_eagerly_and_in_a_subclassed_model(frames):
    cell = build_cell()
    expected = python_loop(cell, frames, range(T))[0]
    assert_equal(keras.layers.RNN(cell)(frames), expected[:, -1])

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.rnn = keras.layers.RNN(cell, return_sequences=True)

        def call(self, x):
            return self.rnn(x)

    model = Subclassed()
    assert_equal(model(frames), expected)
    assert_equal(model.predict(frames, verbose=0), expected)


def test_plain_keras_rnn_in_a_functional_model_says_what_to_do():
    with pytest.raises(ValueError) as caught:
        keras.layers.RNN(build_cell())(keras.Input((T, H, W, C)))
    message = str(caught.value)
    for part in (
        "received",
        "Required: st_keras.layers.SpatioTemporalRNN",
        "Write SpatioTemporalRNN(",
    ):
        assert part in message


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("return_state", [False, True])
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_symbolic_shape_and_dtype_equal_eager(frames, return_sequences, return_state, policy):
    rnn = SpatioTemporalRNN(
        build_cell(policy),
        return_sequences=return_sequences,
        return_state=return_state,
        dtype=policy,
    )
    symbolic = keras.tree.flatten(rnn(keras.Input((None, H, W, C))))
    eager = keras.tree.flatten(rnn(frames))
    assert len(symbolic) == len(eager) == (6 if return_state else 1)
    for s, e in zip(symbolic, eager, strict=True):
        assert s.dtype == e.dtype.name
        assert len(s.shape) == len(e.shape)
        assert all(a is None or a == b for a, b in zip(s.shape, e.shape, strict=True))
    shape = rnn.compute_output_shape((B, T, H, W, C))
    assert (shape if return_state else [shape])[0] == tuple(eager[0].shape)


def test_functional_model_equals_eager_call(frames):
    rnn = SpatioTemporalRNN(build_cell(), return_sequences=True)
    inputs = keras.Input((None, None, None, C))
    outputs = rnn(inputs)
    assert outputs.shape == (None, None, None, None, F)
    assert_equal(keras.Model(inputs, outputs)(frames), rnn(frames))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("given_states", [False, True])
def test_memories_stay_float32_in_mixed_precision(frames, policy, given_states):
    cell = build_cell(policy)
    rnn = SpatioTemporalRNN(cell, return_state=True, dtype=policy)
    states = cell.get_initial_state(B, (H, W)) if given_states else None
    output, *states = rnn(frames, initial_state=states)
    assert output.dtype.name == policy[6:]
    assert [s.dtype.name for s in states] == [policy[6:], "float32"] * 2 + ["float32"]
    memory = states[-1]
    assert np.abs(memory - tf.cast(tf.cast(memory, policy[6:]), "float32")).max() > 0


def test_errors(frames):
    with pytest.raises(ValueError, match=r"stateful=True.*stateful=False.*return_state=True"):
        SpatioTemporalRNN(build_cell(), stateful=True)
    with pytest.raises(ValueError, match=r"rank 4"):
        SpatioTemporalRNN(build_cell())(frames[0])
    rnn = SpatioTemporalRNN(build_cell(), unroll=True)
    rnn.build((None, None, H, W, C))
    signature = [tf.TensorSpec((B, None, H, W, C))]
    traced = tf.function(lambda x: rnn(x), input_signature=signature)
    with pytest.raises(ValueError, match=r"unroll=True with an unknown number of time steps"):
        traced(frames)


@pytest.mark.parametrize("steps", [1, 99])
def test_a_mask_of_another_length_is_refused(frames, steps):
    rnn, mask = SpatioTemporalRNN(build_cell()), np.ones((B, steps), bool)
    message = rf"SpatioTemporalRNN: received mask of shape \({B}, {steps}\) for frames of shape"
    with pytest.raises(ValueError, match=message):
        rnn(frames, mask=mask)
    symbolic = keras.Input(frames.shape[1:], batch_size=B)
    with pytest.raises(ValueError, match=message):
        rnn(symbolic, mask=keras.Input((steps,), batch_size=B, dtype="bool"))
    with pytest.raises(ValueError, match=r"mask of shape .* rank 3. Required: rank 2"):
        rnn(frames, mask=mask[..., None])


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"remat": "all"}, "remat='all'"),
        ({"truncated_bptt": 0}, "truncated_bptt=0"),
    ],
)
def test_refuses_what_is_no_form_of_the_loop(arguments, message):
    with pytest.raises(ValueError, match=message):
        SpatioTemporalRNN(build_cell(), **arguments)


def test_remat_is_refused_where_it_cannot_be_kept(frames):
    rnn = SpatioTemporalRNN(build_cell(), remat="step")
    with pytest.raises(ValueError, match="remat='step', truncated_bptt=None in training with a m"):
        rnn(frames, mask=np.ones((B, T), bool), training=True)
    unknown = tf.function(
        lambda x: rnn(x, training=True), input_signature=[tf.TensorSpec((B, None, H, W, C))]
    )
    with pytest.raises(ValueError, match="in training with an unknown number of time steps"):
        unknown(frames)
    rnn(frames, mask=np.ones((B, T), bool))  # in inference nothing is kept anyway


def test_config_has_the_form_of_the_loop():
    rnn = SpatioTemporalRNN(build_cell(), remat="segment", truncated_bptt=3)
    again = SpatioTemporalRNN.from_config(rnn.get_config())
    assert (again.remat, again.truncated_bptt) == ("segment", 3)
