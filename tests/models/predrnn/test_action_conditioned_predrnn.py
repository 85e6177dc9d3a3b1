import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from tests.fresh_process import run_python
from tests.tiny import random_frames
from tests.tiny_actions import ACTION_SIZE, random_actions, tiny_action_network

SHAPE = (2, 5, 4, 8, 2)
MASKS = {
    "teacher forcing": np.ones((2, 5), "float32"),
    "mixed": np.array([[1, 0, 1, 1, 0], [1, 1, 0, 1, 1]], "float32"),
    "closed loop": np.array([[1, 1, 0, 0, 0]] * 2, "float32"),
}
FRAMES, ACTIONS = random_frames(*SHAPE), random_actions(*SHAPE[:2])


def traced(network):
    """The network as a function of (frames, actions, mask), for many calls."""
    network.build(SHAPE)
    return tf.function(lambda *inputs: network(*inputs))


def test_no_output_sees_a_later_frame():
    predict = traced(tiny_action_network(layer_norm=True))
    for mask in MASKS.values():
        no_output_sees_a_later_frame(predict, mask)


def no_output_sees_a_later_frame(predict, mask):
    before = predict(FRAMES, ACTIONS, mask).numpy()
    for t in range(SHAPE[1] - 1):
        later = FRAMES.copy()
        later[:, t + 1 :] = random_frames(*SHAPE, seed=1)[:, t + 1 :]
        after = predict(later, ACTIONS, mask).numpy()
        np.testing.assert_array_equal(after[:, : t + 1], before[:, : t + 1])
        for sample in np.flatnonzero(mask[:, t + 1]):  # what is observed is seen at once
            assert np.abs(after[sample, t + 1] - before[sample, t + 1]).max() > 1e-5


def test_no_output_sees_a_later_action():
    predict = traced(tiny_action_network())
    for mask in MASKS.values():
        no_output_sees_a_later_action(predict, mask)


def no_output_sees_a_later_action(predict, mask):
    before = predict(FRAMES, ACTIONS, mask).numpy()
    for t in range(SHAPE[1] - 1):
        later = ACTIONS.copy()
        later[:, t + 1 :] += 1.0
        after = predict(FRAMES, later, mask).numpy()
        np.testing.assert_array_equal(after[:, : t + 1], before[:, : t + 1])
        # An action is seen at its own step, also where the frame is not.
        assert (np.abs(after[:, t + 1] - before[:, t + 1]).max((1, 2, 3)) > 1e-6).all()


def test_every_number_of_an_action_counts_for_its_own_sample():
    network = tiny_action_network()
    before = network(FRAMES, ACTIONS).numpy()
    for k in range(ACTION_SIZE):
        changed = ACTIONS.copy()
        changed[1, 0, k] += 1.0
        after = network(FRAMES, changed).numpy()
        np.testing.assert_allclose(after[0], before[0], atol=1e-7)
        assert np.abs(after[1, 0] - before[1, 0]).max() > 1e-6


def test_first_frame_is_always_observed():
    network = tiny_action_network()
    none, first = np.zeros((2, 5), "float32"), np.zeros((2, 5), "float32")
    first[:, 0] = 1
    np.testing.assert_array_equal(
        network(FRAMES, ACTIONS, observed_mask=none), network(FRAMES, ACTIONS, observed_mask=first)
    )


def test_no_mask_is_teacher_forcing_and_masks_of_any_dtype_do():
    network = tiny_action_network()
    expected = network(FRAMES, ACTIONS, observed_mask=MASKS["teacher forcing"]).numpy()
    np.testing.assert_array_equal(network(FRAMES, ACTIONS), expected)
    mixed = network(FRAMES, ACTIONS, observed_mask=MASKS["mixed"]).numpy()
    assert np.abs(mixed - expected).max() > 1e-5
    for dtype in ("bool", "int32", "float64"):
        mask = MASKS["mixed"].astype(dtype)
        np.testing.assert_array_equal(network(FRAMES, ACTIONS, observed_mask=mask), mixed)


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


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_near_float32(policy):
    exact, mixed = tiny_action_network(), tiny_action_network(dtype=policy)
    exact.build(SHAPE)
    mixed.build(SHAPE)
    mixed.set_weights(exact.get_weights())
    assert {w.dtype for w in mixed.weights} == {"float32"}
    predictions, terms = mixed(FRAMES, ACTIONS, return_terms=True)
    assert predictions.dtype == "float32" and terms["decoupling"].dtype == "float32"
    error = float(np.abs(predictions - exact(FRAMES, ACTIONS)).max())
    print(f"{policy}: within {error:.1e} of float32")
    assert 0 < error < (2e-3 if "bfloat" not in policy else 2e-2)


def test_one_trace_serves_any_batch_size_length_and_size():
    network, traces = tiny_action_network(), []
    network(FRAMES, ACTIONS)

    @tf.function(
        input_signature=[tf.TensorSpec((None, None, None, None, 2)), tf.TensorSpec((None, None, 2))]
    )
    def traced(frames, actions):
        traces.append(frames.shape)
        return network(frames, actions)

    for batch, steps, size in ((1, 5, (4, 8)), (3, 2, (8, 4))):
        frames, actions = random_frames(batch, steps, *size, 2), random_actions(batch, steps)
        np.testing.assert_allclose(traced(frames, actions), network(frames, actions), atol=1e-6)
    assert len(traces) == 1


def functional_model(network):
    inputs = keras.Input((None, 4, 8, 2)), keras.Input((None, ACTION_SIZE))
    outputs = network(inputs[0], inputs[1])
    assert outputs.shape == (None, None, 4, 8, 2) and outputs.dtype == "float32"
    return keras.Model(inputs, outputs)


def test_functional_model_around_the_network():
    network = tiny_action_network(dtype="mixed_bfloat16")
    model = functional_model(network)
    np.testing.assert_allclose(model([FRAMES, ACTIONS]), network(FRAMES, ACTIONS), atol=1e-6)


OPEN = """
import sys
import keras, numpy as np
import st_keras

folder = sys.argv[1]
data = np.load(folder + "/data.npz")
for name in ("network", "functional"):
    model = keras.models.load_model(f"{folder}/{name}.keras")
    inputs = (data["frames"], data["actions"])
    outputs = model(*inputs) if name == "network" else model(list(inputs))
    np.save(f"{folder}/{name}.npy", outputs)
"""


def test_keras_files_open_in_a_fresh_process(tmp_path):
    network = tiny_action_network(residual=False, forget_bias=0.5)
    expected = network(FRAMES, ACTIONS).numpy()
    network.save(tmp_path / "network.keras")
    functional_model(network).save(tmp_path / "functional.keras")
    np.savez(tmp_path / "data.npz", frames=FRAMES, actions=ACTIONS)
    run_python(OPEN, tmp_path)
    for name in ("network", "functional"):
        np.testing.assert_allclose(np.load(tmp_path / f"{name}.npy"), expected, atol=1e-6)


def test_keras_own_export(tmp_path):
    network = tiny_action_network()
    expected = network(FRAMES, ACTIONS)
    network.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(served.serve(FRAMES, ACTIONS), expected, atol=1e-6)


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


@pytest.mark.parametrize(
    "shape, message",
    [
        ((None, 4, 4, 1), r"rank 4. Required: rank 5"),
        ((None, None, 6, 4, 1), r"H=6 with size_divisor=4"),
        ((None, None, 4, 10, 1), r"W=10 with size_divisor=4"),
        ((None, None, 4, 4, None), r"unknown channels"),
    ],
)
def test_build_errors(shape, message):
    with pytest.raises(ValueError, match=f"ActionConditionedPredRNN: received .*{message}"):
        tiny_action_network().build(shape)


def test_layer_norm_ties_the_network_to_one_size():
    network = tiny_action_network(layer_norm=True)
    with pytest.raises(ValueError, match=r"layer_norm=True with height and width \(None, None\)"):
        tiny_action_network(layer_norm=True).build((None, None, None, None, 1))
    assert network.fixed_image_size is None
    network(FRAMES, ACTIONS)
    assert network.fixed_image_size == (4, 8)
    with pytest.raises(ValueError, match=r"\(8, 4\) with layer_norm=True. Required: \(4, 8\)"):
        network(random_frames(1, 2, 8, 4, 2), ACTIONS[:1, :2])


@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize(
    "frames, actions, message",
    [
        (FRAMES, None, r"frames without actions\. Required: actions \(B, T, 2\)"),
        (FRAMES, ACTIONS[:, :4], r"actions of shape \(2, 4, 2\) for 5 frame\(s\).*\(B, 5, 2\)"),
        (FRAMES, ACTIONS[..., :1], r"actions of shape \(2, 5, 1\).*build the network for that"),
        (FRAMES, ACTIONS[..., 0], r"actions of shape \(2, 5\), rank 2.*axes \(B, T, A\)"),
        (FRAMES[:, :, :3], ACTIONS, r"H=3 with size_divisor=4"),
    ],
)
def test_call_errors(frames, actions, message, built):
    network = tiny_action_network()
    if built:
        network.build(SHAPE)
    with pytest.raises(ValueError, match=f"ActionConditionedPredRNN: received {message}"):
        network(frames, actions)


def test_actions_have_no_default():
    with pytest.raises(TypeError, match=r"'actions'"):
        tiny_action_network()(FRAMES)


def test_channels_are_those_it_was_built_for():
    network = tiny_action_network()
    assert network.channels is None
    network.build(SHAPE)
    assert network.channels == 2
    with pytest.raises(ValueError, match=r"frames with 3 channel\(s\). Required: 2 channel"):
        network(random_frames(2, 5, 4, 8, 3), ACTIONS)
