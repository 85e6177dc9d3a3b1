import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from tests.tiny import random_frames
from tests.tiny_actions import ACTION_SIZE, random_actions, tiny_action_network

SHAPE = (2, 5, 4, 8, 2)
FRAMES, ACTIONS = random_frames(*SHAPE), random_actions(*SHAPE[:2])


def test_every_number_of_an_action_counts_for_its_own_sample():
    network = tiny_action_network()
    before = network(FRAMES, ACTIONS).numpy()
    for k in range(ACTION_SIZE):
        changed = ACTIONS.copy()
        changed[1, 0, k] += 1.0
        after = network(FRAMES, changed).numpy()
        np.testing.assert_allclose(after[0], before[0], atol=1e-7)
        assert np.abs(after[1, 0] - before[1, 0]).max() > 1e-6


def test_whole_numbers_are_actions_too():
    network, steps = tiny_action_network(), np.arange(20).reshape(2, 5, 2)
    expected = network(FRAMES, steps.astype("float32"))
    for dtype in ("int64", "uint8", "float64"):
        np.testing.assert_array_equal(network(FRAMES, steps.astype(dtype)), expected)


def test_patches_hold_the_actions_once():
    """p = 2 folds the frames alone; the action maps have the size of the patched frames."""
    network = tiny_action_network(patch_size=2)
    frames = random_frames(2, 3, 8, 16, 1)
    assert network(frames, ACTIONS[:, :3]).shape == frames.shape
    assert network.channels == 1 and network.size_divisor == 8
    encoders = network.rnn.cell.frame_encoder, network.rnn.cell.action_encoder
    assert [e.convolutions[0].kernel.shape[2] for e in encoders] == [4, ACTION_SIZE]


def test_another_image_size_than_built():
    network = tiny_action_network()
    network(FRAMES, ACTIONS)
    large = random_frames(1, 2, 12, 4, 2)
    assert network(large, ACTIONS[:1, :2]).shape == large.shape


@pytest.mark.parametrize("decoupling", [False, True])
def test_terms(decoupling):
    network = tiny_action_network(decoupling=decoupling)
    predictions, terms = network(FRAMES, ACTIONS, return_terms=True)
    np.testing.assert_array_equal(predictions, network(FRAMES, ACTIONS))
    assert tuple(terms) == network.loss_terms == (("decoupling",) if decoupling else ())
    for term in terms.values():
        assert term.shape == () and term.dtype == "float32" and 0 < float(term) < 1
    sums = [
        t * float(network(FRAMES[:, :t], ACTIONS[:, :t], return_terms=True)[1]["decoupling"])
        for t in ((1, 2) if decoupling else ())
    ]
    assert not sums or 0 < sums[1] - sums[0] < 1


def test_residual_connections_reach_the_prediction_at_once():
    """Without them and with a silent stack, nothing of the frame is left."""
    for residual in (False, True):
        network = tiny_action_network(residual=residual)
        network.build(SHAPE)
        for cell in network.rnn.cell.cell.cells:
            for weight in cell.fusion_conv.weights:
                weight.assign(np.zeros(weight.shape))  # h = 0
        assert (np.abs(network(FRAMES, ACTIONS)).max() > 1e-3) == residual


@pytest.mark.parametrize("policy", ["float32", "mixed_float16"])
def test_trained_by_gradients_every_weight_but_the_adapter_moves(policy):
    network = tiny_action_network(dtype=policy)
    with tf.GradientTape() as tape:
        predictions, terms = network(FRAMES, ACTIONS, return_terms=True)
        loss = tf.reduce_mean(tf.square(predictions - FRAMES)) + terms["decoupling"]
    gradients = tape.gradient(loss, [w.value for w in network.trainable_weights])
    for weight, gradient in zip(network.trainable_weights, gradients, strict=True):
        assert np.isfinite(gradient).all() and np.abs(gradient).max() > 0, weight.path


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"action_size": 0}, r"action_size=0.*at least 1"),
        ({"filters": (4, 8)}, r"filters=\(4, 8\).*all equal"),
        ({"filters": ()}, r"filters=\(\)"),
        ({"filters": 64}, r"filters=64.*one int per layer"),
        ({"filters": (1, 1)}, r"filters=1.*at least 2"),
        ({"patch_size": 0}, r"patch_size=0"),
        ({"kernel_size": 4}, r"kernel_size=4.*odd sizes"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=f"ActionConditionedPredRNN: received {message}"):
        ActionConditionedPredRNN(**arguments)


def test_layer_norm_ties_the_network_to_one_size():
    network = tiny_action_network(layer_norm=True)
    with pytest.raises(ValueError, match=r"layer_norm=True with height and width \(None, None\)"):
        tiny_action_network(layer_norm=True).build((None, None, None, None, 1))
    assert network.fixed_image_size is None
    network(FRAMES, ACTIONS)
    assert network.fixed_image_size == (4, 8)
    with pytest.raises(ValueError, match=r"\(8, 4\) with layer_norm=True. Required: \(4, 8\)"):
        network(random_frames(1, 2, 8, 4, 2), ACTIONS[:1, :2])


def test_actions_have_no_default():
    with pytest.raises(TypeError, match=r"'actions'"):
        tiny_action_network()(FRAMES)
