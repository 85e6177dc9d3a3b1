import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import (
    ConvLSTMCell,
    ModeCell,
    SpatioTemporalLSTMCell,
    StackCell,
    ZigzagStackCell,
)
from st_keras.layers import SpatioTemporalRNN
from st_keras.layers import training_loop as loop
from st_keras.models import PredRNN
from tests.tiny import random_frames

B, T, H, W, C, F = 2, 7, 4, 5, 3, 3


def zigzag():
    cells = [SpatioTemporalLSTMCell(F, 3) for _ in range(2)]
    return ZigzagStackCell(cells)


CELLS = {
    "zigzag": zigzag,
    "modes": lambda: StackCell([ModeCell(4, num_slots=2)]),
    "convlstm": lambda: ConvLSTMCell(F, 3),
}


def results(rnn, frames, training=True, jit_compile=False):
    """The outputs, the last states, and the gradients of a loss of both."""

    @functools.partial(tf.function, jit_compile=jit_compile)
    def run(frames):
        with tf.GradientTape() as tape:
            tape.watch(frames)
            outputs, *states = rnn(frames, training=training)
            loss = tf.reduce_sum(outputs**2) + sum(tf.reduce_sum(s**2) for s in states)
        weights = [weight.value for weight in rnn.trainable_weights]
        return outputs, states, tape.gradient(loss, [frames, *weights])

    return tf.nest.flatten(run(tf.constant(frames)))


def built(kind, **kwargs):
    keras.utils.set_random_seed(3)
    rnn = SpatioTemporalRNN(CELLS[kind](), return_sequences=True, return_state=True, **kwargs)
    rnn.build((B, T, H, W, C))
    return rnn


def assert_same(ours, theirs, noise=0.0):
    for one, other in zip(ours, theirs, strict=True):
        scale = 1e-6 + float(np.max(np.abs(other)))
        if scale < noise:
            assert np.max(np.abs(one)) < noise
            continue
        np.testing.assert_allclose(one / scale, other / scale, atol=2e-5)


@pytest.mark.parametrize("remat", [None, "step", "segment"])
@pytest.mark.parametrize("kind", ["zigzag", "convlstm"])
def test_every_form_gives_what_the_loop_of_keras_gives(kind, remat, monkeypatch):
    frames = random_frames(B, T, H, W, C)
    expected = results(built(kind), frames, training=False)
    assert_same(results(built(kind, remat=remat), frames), expected)
    monkeypatch.setattr(loop, "segment_length", lambda steps, remat: 2)
    assert_same(results(built(kind, remat=remat), frames), expected)
    unrolled = built(kind, remat=remat, unroll=True)
    assert_same(results(unrolled, frames), expected)


@pytest.mark.parametrize(
    "options", [{"remat": "step"}, {"remat": "segment"}, {"truncated_bptt": 2}]
)
def test_compiled_by_xla(options):
    frames = random_frames(B, T, H, W, C)
    compiled = results(built("convlstm", **options), frames, jit_compile=True)
    assert_same(compiled, results(built("convlstm", **options), frames))


def test_statistics_of_batch_normalisation_pass_through_the_loop():
    frames = random_frames(B, 4, H, W, C)
    plain, other = built("modes"), built("modes", remat="segment")
    # Before a normalisation a bias has no gradient, and what is computed for it is rounding.
    assert_same(results(other, frames), results(plain, frames), noise=1e-3)
    for one, another in zip(
        plain.non_trainable_variables, other.non_trainable_variables, strict=True
    ):
        np.testing.assert_allclose(one, another, rtol=1e-5)


def test_backwards_is_forwards_over_reversed_frames():
    frames = random_frames(B, T, H, W, C)
    outputs = results(built("convlstm", go_backwards=True), frames)[0]
    np.testing.assert_allclose(outputs, results(built("convlstm"), frames[:, ::-1])[0], atol=1e-6)


@pytest.mark.parametrize("remat", [None, "segment"])
@pytest.mark.parametrize("chunk", [2, 3, 7, 9])
def test_truncated_bptt_cuts_the_gradient_and_nothing_else(chunk, remat):
    frames = tf.constant(random_frames(B, T, H, W, C))
    rnn = built("convlstm", truncated_bptt=chunk, remat=remat)
    whole = results(built("convlstm"), frames)[0]
    with tf.GradientTape() as tape:
        tape.watch(frames)
        outputs, *_ = rnn(frames, training=True)
        last = tf.reduce_sum(outputs[:, -1] ** 2)
    reached = np.abs(tape.gradient(last, frames)).max(axis=(0, 2, 3, 4)) > 0
    start = (T - 1) // chunk * chunk if chunk < T else 0
    assert list(reached) == [False] * start + [True] * (T - start)
    np.testing.assert_allclose(outputs, whole, atol=1e-6)


@pytest.mark.parametrize("remat", [None, "step"])
@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_truncated_bptt_cuts_no_term_of_the_loss(chunk, remat):
    """The adapter feeds no state: its gradient of the decoupling term is the same for every n."""

    def adapter_gradient(**options):
        keras.utils.set_random_seed(0)
        network = PredRNN(filters=(3, 3), kernel_size=3, patch_size=1, **options)
        network.build((None, None, H, W, C))
        frames = tf.constant(random_frames(B, 6, H, W, C))
        with tf.GradientTape() as tape:
            _, terms = network(frames, return_terms=True, training=True)
        return tape.gradient(terms["decoupling"], network.rnn.cell.cell.adapter.kernel.value)

    whole = adapter_gradient().numpy()
    cut = adapter_gradient(truncated_bptt=chunk, remat=remat)
    np.testing.assert_allclose(cut, whole, atol=1e-5 * np.abs(whole).max())


@pytest.mark.parametrize("remat", ["step", "segment"])
def test_gradients_of_gradients_and_of_several_losses(remat):
    frames = tf.constant(random_frames(B, 3, H, W, C))

    def penalty(rnn):
        with tf.GradientTape() as outer:
            outer.watch(frames)
            with tf.GradientTape(persistent=True) as tape:
                tape.watch(frames)
                outputs, *_ = rnn(frames, training=True)
                losses = [tf.reduce_sum(outputs**2), tf.reduce_sum(tf.sin(outputs))]
            gradients = [tape.gradient(loss, frames) for loss in losses]
            norm = sum(tf.reduce_sum(gradient**2) for gradient in gradients)
        return [*gradients, outer.gradient(norm, frames)]

    assert_same(penalty(built("convlstm", remat=remat)), penalty(built("convlstm")))


@pytest.mark.parametrize(
    "steps, remat, length",
    [(19, None, 1), (99, "segment", 9), (19, "segment", 3), (1, "segment", 1), (99, "step", 1)],
)
def test_segment_length(steps, remat, length):
    assert loop.segment_length(steps, remat) == length


@pytest.mark.parametrize("remat", [None, "step", "segment"])
def test_several_sequences_and_loss_terms(remat):
    """The network as it trains: named inputs, terms beside the frames."""

    def run(**options):
        keras.utils.set_random_seed(1)
        network = PredRNN(filters=(3, 3), kernel_size=3, patch_size=1, **options)
        network.build((None, None, H, W, C))
        frames, mask = tf.constant(random_frames(B, T, H, W, C)), [[1, 1, 0, 0, 1, 0, 1]] * B
        with tf.GradientTape() as tape:
            predictions, terms = network(
                frames, observed_mask=tf.constant(mask), return_terms=True, training=True
            )
            loss = tf.reduce_sum(predictions**2) + terms["decoupling"]
        weights = [weight.value for weight in network.trainable_weights]
        return [predictions, terms["decoupling"], *tape.gradient(loss, weights)]

    assert_same(run(remat=remat, truncated_bptt=None if remat else T), run())


@pytest.mark.parametrize("options", [{}, {"remat": "step"}, {"unroll": True}])
def test_float32_weights_are_not_rounded_in_mixed_precision(options):
    """Keras casts what is read inside a layer of mixed precision that is called first."""

    class Head(keras.layers.Layer):
        def __init__(self):
            super().__init__(dtype="float32")

        def build(self, shape):
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")

        def call(self, x):
            return self.scale * keras.ops.ones_like(x)

    class Cell(ConvLSTMCell):
        def build(self, input_shape):
            super().build(input_shape)
            self.head = Head()
            self.head.build(None)

        def call(self, inputs, states):
            h, states = super().call(inputs, states)
            return self.head(keras.ops.cast(h, "float32")), states

    rnn = SpatioTemporalRNN(
        Cell(F, 3, dtype="mixed_bfloat16"), return_sequences=True, dtype="mixed_bfloat16", **options
    )
    rnn.build((B, T, H, W, C))
    rnn.cell.head.scale.assign(1.001)  # bfloat16 would round it to 1
    outputs = rnn(random_frames(B, T, H, W, C), training=True)
    np.testing.assert_allclose(outputs, 1.001, rtol=1e-6)


@pytest.mark.parametrize("steps, length, in_graph", [(7, 2, True), (7, 2, False), (3, 2, False)])
def test_pieces_join_to_the_whole(steps, length, in_graph):
    def run(frames, states):
        totals = states[0][:, None] + tf.cumsum(frames, axis=1)
        return totals, [totals[:, -1]]

    frames = tf.constant(random_frames(2, steps, 3))
    outputs, states = tf.function(loop.in_pieces)(run, frames, [tf.zeros((2, 3))], length, in_graph)
    np.testing.assert_allclose(outputs, np.cumsum(frames, axis=1), rtol=1e-6)
    np.testing.assert_allclose(states[0], np.sum(frames, axis=1), rtol=1e-6)
