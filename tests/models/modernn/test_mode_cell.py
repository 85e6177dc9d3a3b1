import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.cells import ModeCell
from st_keras.layers import SpatioTemporalRNN
from tests.models.modernn.numpy_mode_cell import mode_step
from tests.tiny import random_frames

B, H, W, C, F = 2, 4, 5, 3, 4

OPTIONS = [
    {},
    {"num_slots": 1},
    {"num_slots": 2, "layer_norm": False, "batch_norm": False},
    {"softmax_importance": True, "slot_scale": True},
    {"separate_slots": True, "learned_initial_slots": True, "num_slots": 2},
]


def normal(*shape, seed=0, scale=1.0):
    return (scale * np.random.default_rng(seed).normal(size=shape)).astype("float32")


def build(**options):
    """A cell with no weight at a value that hides a mistake, such as zero."""
    cell = ModeCell(F, **options)
    cell.build((None, H, W, C))
    for k, weight in enumerate(cell.weights):
        noise = normal(*weight.shape, seed=k, scale=0.3)
        weight.assign(1 + abs(noise) if "variance" in weight.path else weight.numpy() + noise)
    return cell


def states_of(cell, seed=1):
    return [normal(B, H, W, F, seed=seed), normal(B, H, W, cell.memory_channels, seed=seed + 1)]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_step_equals_numpy(options, training):
    cell = build(**options, return_responses=True)
    x, states = normal(B, H, W, C), states_of(cell)
    run = tf.function(functools.partial(cell, update_statistics=training))
    (output, importance, attention), (h, slots) = run(x, states)
    expected = mode_step(cell, x, *states, training=training and cell.batch_norm)
    ours = {"h": h, "slots": slots, "importance": importance}
    if not training:  # responses are read out as inference sees them
        ours["attention"] = attention
    errors = {name: float(np.abs(ours[name] - expected[name]).max()) for name in ours}
    print(options, f"training={training}:", {n: f"{e:.1e}" for n, e in errors.items()})
    assert max(errors.values()) < 1e-5
    np.testing.assert_array_equal(output, h)


def test_live_parameters_of_the_published_cell():
    cell = ModeCell(64)
    cell.build((None, 16, 16, 64))
    assert sum(int(np.prod(w.shape)) for w in cell.trainable_weights) == 875_906


def test_importance_starts_equal_for_all_inputs():
    """The last layer of the context starts from zero: z = 1/2 whatever comes in."""
    cell = ModeCell(F)
    cell.build((None, H, W, C))
    first, _ = cell.slot_responses(normal(B, H, W, C), states_of(cell))
    second, _ = cell.slot_responses(normal(B, H, W, C, seed=9), states_of(cell, seed=7))
    np.testing.assert_allclose(first, second, atol=1e-7)


def test_softmax_importance_competes():
    cell = build(softmax_importance=True)
    importance, _ = cell.slot_responses(normal(B, H, W, C), states_of(cell))
    np.testing.assert_allclose(np.sum(importance, axis=1), 1, atol=1e-6)


def test_attention_adds_up_to_one_and_matches_the_output():
    cell = build()
    x, states = normal(B, H, W, C), states_of(cell)
    importance, attention = cell.slot_responses(x, states)
    np.testing.assert_allclose(np.sum(attention, axis=(2, 3)), 1, atol=1e-6)
    cell.return_responses = True
    (_, same_importance, same_attention), _ = cell(x, states)
    np.testing.assert_array_equal(importance, same_importance)
    np.testing.assert_array_equal(attention, same_attention)


def test_learned_start_of_the_memory():
    cell = build(learned_initial_slots=True)
    cell.initial_slots.assign(np.arange(F))
    h, slots = cell.get_initial_state(B, (2, 3))
    assert np.abs(h).max() == 0
    np.testing.assert_array_equal(slots, np.broadcast_to(np.arange(F), (B, 2, 3, F)))


def test_a_learned_start_needs_a_built_cell():
    with pytest.raises(ValueError, match=r"learned_initial_slots=True in a cell that is not built"):
        ModeCell(F, learned_initial_slots=True).get_initial_state(1, (4, 4))


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_memory_stays_in_float32(policy):
    cell = ModeCell(F, dtype=policy)
    cell.build((None, H, W, C))
    h, (h_state, slots) = cell(normal(B, H, W, C), cell.get_initial_state(B))
    assert h.dtype == h_state.dtype == cell.compute_dtype
    assert slots.dtype == "float32"


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_gradient_reaches_every_parameter(options):
    cell = build(**options)
    rnn = SpatioTemporalRNN(cell)
    frames = random_frames(B, 3, H, W, C)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(rnn(frames, training=True)))
    gradients = tape.gradient(loss, cell.trainable_weights)
    missing = [w.path for w, g in zip(cell.trainable_weights, gradients, strict=True) if g is None]
    assert not missing


def test_in_keras_rnn():
    frames = random_frames(B, 3, H, W, C)
    cell = build(batch_norm=False)
    plain = keras.layers.RNN(cell, return_sequences=True)
    ours = SpatioTemporalRNN(cell, return_sequences=True)
    np.testing.assert_allclose(plain(frames, training=True), ours(frames), atol=1e-6)
    normalised = build()
    np.testing.assert_allclose(
        keras.layers.RNN(normalised)(frames), SpatioTemporalRNN(normalised)(frames), atol=1e-6
    )


def test_training_in_keras_rnn_with_batch_norm_is_refused():
    rnn = keras.layers.RNN(build())
    with pytest.raises(ValueError, match=r"statistics of batch_norm=True.*SpatioTemporalRNN"):
        rnn(random_frames(B, 3, H, W, C), training=True)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": 0}, r"ModeCell: received filters=0.*at least 1"),
        ({"num_slots": 0}, r"ModeCell: received num_slots=0.*at least 1"),
        ({"filters": 4, "num_slots": 3}, r"2 \* filters.*8.*num_slots.*3"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        ModeCell(**arguments)


def test_layer_norm_needs_a_size():
    with pytest.raises(ValueError, match=r"layer_norm=True with height and width \(None, 4\)"):
        ModeCell(F).build((None, None, 4, 1))
