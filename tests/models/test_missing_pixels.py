"""What every next-frame network does where values are missing, and with maps beside the frame."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models import ConvLSTM, ModeRNN
from st_keras.models.streaming import following_frames, initial_states, step
from tests.models.test_next_frame_network import ALL, FRAMES, SHAPE, given_to
from tests.refusals import refused
from tests.tiny import random_frames, tiny_network

B, T, H, W, C = SHAPE
FILL = (0.25, -0.5)
RNG = np.random.default_rng(1)
VALID = RNG.random(SHAPE) > 0.4
VALID[:, :, :2, :3] = False
VALID[0, 1] = False
AUXILIARY = random_frames(B, T, H, W, 3, seed=2)
CONTEXT = 3
MASK = np.float32([[1, 1, 1, 0, 0]] * B)
KINDS = {"plain": {}, "validity channel": {"validity_channel": True}}


@pytest.fixture(scope="module", params=[(n, k) for n in ALL for k in KINDS], ids="-".join)
def network(request):
    name, kind = request.param
    keras.utils.set_random_seed(0)
    network = ALL[name](**KINDS[kind])
    network.build(SHAPE, auxiliary_shape=AUXILIARY.shape)
    return network


def run(network, frames=FRAMES, valid=VALID, **changed):
    given = {"auxiliary": AUXILIARY, "fill": FILL, **given_to(network), **changed}
    return np.asarray(network(frames, observed_mask=MASK, valid=valid, **given))


def test_what_stands_under_missing_values_changes_nothing(network):
    expected = run(network)
    assert np.isfinite(expected).all()
    for garbage in (np.nan, np.inf, 1e30):
        frames = np.where(VALID, FRAMES, np.float32(garbage))
        np.testing.assert_array_equal(run(network, frames), expected)


def test_the_future_changes_nothing(network):
    frames, valid = FRAMES.copy(), VALID.copy()
    frames[:, CONTEXT:], valid[:, CONTEXT:] = np.nan, ~valid[:, CONTEXT:]
    np.testing.assert_array_equal(run(network, frames, valid), run(network))


def test_fill_values_stand_for_missing_ones(network):
    other = run(network, fill=0.9)
    assert np.abs(other - run(network)).max() > 1e-4


def test_all_valid_is_as_if_nothing_was_said(network):
    given = {"auxiliary": AUXILIARY, **given_to(network)}
    without = network(FRAMES, observed_mask=MASK, **given)
    np.testing.assert_array_equal(run(network, valid=np.ones(SHAPE, bool)), without)


def test_gradients_are_finite(network):
    frames = np.where(VALID, FRAMES, np.nan)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(
            network(
                frames,
                observed_mask=MASK,
                valid=VALID,
                auxiliary=AUXILIARY,
                **given_to(network),
            )
        )
    weights = [weight.value for weight in network.trainable_weights]
    gradients = [g for g in tape.gradient(loss, weights) if g is not None]
    assert gradients and all(np.isfinite(g).all() for g in gradients)


def test_frame_by_frame_is_the_whole_sequence(network):
    whole, actions = run(network), given_to(network).get("actions")
    states, known = initial_states(network, B, H, W), np.zeros((B, H, W, C), bool)
    for t in range(CONTEXT):
        prediction, states = step(
            network,
            FRAMES[:, t],
            states,
            None if actions is None else actions[:, t],
            valid=VALID[:, t],
            known=known,
            auxiliary=AUXILIARY[:, t],
            fill=FILL,
        )
        known |= VALID[:, t]
        np.testing.assert_allclose(prediction, whole[:, t], atol=1e-5)
    following = following_frames(
        network,
        states,
        1 + T - CONTEXT,
        None if actions is None else actions[:, CONTEXT:],
        known=known,
        auxiliary=AUXILIARY[:, CONTEXT:],
        fill=FILL,
    )
    np.testing.assert_allclose(following, whole[:, CONTEXT - 1 :], atol=1e-5)


def test_a_missing_scan_is_an_unobserved_step():
    network = tiny_network(patch_size=1)
    network.build(SHAPE)
    valid = np.ones(SHAPE, bool)
    valid[:, 1] = False
    unobserved = np.ones((B, T), "float32")
    unobserved[:, 1] = 0
    expected = network(FRAMES, observed_mask=unobserved)
    np.testing.assert_array_equal(network(FRAMES, valid=valid), expected)


def test_a_first_missing_scan_is_the_fill_value():
    network = tiny_network(patch_size=1)
    network.build(SHAPE)
    valid, filled = np.ones(SHAPE, bool), FRAMES.copy()
    valid[:, 0], filled[:, 0] = False, 0.5
    np.testing.assert_array_equal(network(FRAMES, valid=valid, fill=0.5), network(filled))


def test_the_validity_channel_tells_missing_from_the_fill_value():
    seen = {}
    for kind, arguments in KINDS.items():
        network = tiny_network(**arguments)
        network.build(SHAPE)
        filled = np.where(VALID, FRAMES, np.float32(0))
        found = network(FRAMES, valid=VALID)
        seen[kind] = np.abs(np.asarray(network(filled)) - found)[1].max()
    assert seen["plain"] == 0 < 1e-4 < seen["validity channel"]


def test_file_and_config(tmp_path):
    for make in (
        lambda: tiny_network(validity_channel=True),
        lambda: ModeRNN((4,), num_slots=2, patch_size=2, validity_channel=True),
        lambda: ConvLSTM((4,), 3, patch_size=2, validity_channel=True),
    ):
        network = make()
        assert type(network).from_config(network.get_config()).validity_channel
        expected = run(network)
        network.save(tmp_path / "network.keras")
        again = keras.models.load_model(tmp_path / "network.keras")
        np.testing.assert_array_equal(run(again), expected)


def test_mixed_precision():
    network = tiny_network(validity_channel=True, dtype="mixed_bfloat16")
    found = run(network, np.where(VALID, FRAMES, np.nan))
    assert found.dtype == np.float32 and np.isfinite(found).all()
    exact = tiny_network(validity_channel=True)
    exact.build(SHAPE, AUXILIARY.shape)
    exact.set_weights(network.get_weights())
    np.testing.assert_allclose(found, run(exact), atol=0.05)


def test_maps_it_was_not_built_for():
    network = tiny_network()
    network.build(SHAPE, AUXILIARY.shape)
    message = r"PredRNN: received 1 auxiliary map\(s\)\. Required: 3, for which"
    refused(message, network, FRAMES, auxiliary=AUXILIARY[..., :1])
    refused("rank 5", network, FRAMES, auxiliary=AUXILIARY[..., 0])


@pytest.mark.parametrize("kept", [{"remat": "step"}, {"truncated_bptt": 2}], ids=str)
def test_loops_of_less_memory(kept):
    outputs = []
    for options in ({}, kept):
        network = tiny_network(validity_channel=True, **options)
        network.build(SHAPE, AUXILIARY.shape)
        rng = np.random.default_rng(0)
        network.set_weights([rng.normal(0, 0.3, weight.shape) for weight in network.weights])
        outputs.append(run(network, np.where(VALID, FRAMES, np.nan), training=True))
    np.testing.assert_allclose(*outputs, atol=1e-6)


def test_in_a_functional_model():
    network = tiny_network(validity_channel=True)
    frames, auxiliary = (keras.Input((None, H, W, n)) for n in (C, 3))
    valid = keras.Input((None, H, W, C), dtype="bool")
    outputs = network(frames, valid=valid, auxiliary=auxiliary)
    assert outputs.shape == (None, None, H, W, C)
    model = keras.Model([frames, valid, auxiliary], outputs)
    expected = network(FRAMES, valid=VALID, auxiliary=AUXILIARY)
    found = model([np.where(VALID, FRAMES, np.nan), VALID, AUXILIARY])
    np.testing.assert_array_equal(found, expected)
