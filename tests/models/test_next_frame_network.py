"""What every next-frame network promises, with actions and without."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models import (
    ActionConditionedModeRNN,
    ActionConditionedPredRNN,
    ConvLSTM,
    ModeRNN,
    PredRNN,
)
from tests.refusals import refused
from tests.tiny import random_frames
from tests.tiny_actions import random_actions

SHAPE = (2, 5, 4, 8, 2)
FRAMES, ACTIONS = random_frames(*SHAPE), random_actions(*SHAPE[:2])
MASKS = {
    "teacher forcing": np.ones((2, 5), "float32"),
    "mixed": np.array([[1, 0, 1, 1, 0], [1, 1, 0, 1, 1]], "float32"),
    "closed loop": np.array([[1, 1, 0, 0, 0]] * 2, "float32"),
}
NETWORKS = {
    "predrnn": lambda **dtype: PredRNN((4, 4), kernel_size=3, patch_size=2, **dtype),
    "modernn": lambda **dtype: ModeRNN((4, 6), num_slots=2, patch_size=2, **dtype),
    "convlstm": lambda **dtype: ConvLSTM((4, 3), kernel_size=3, patch_size=2, **dtype),
}
WITH_ACTIONS = {
    "action predrnn": lambda **dtype: ActionConditionedPredRNN(
        2, (4, 4), kernel_size=3, layer_norm=True, **dtype
    ),
    "action modernn": lambda **dtype: ActionConditionedModeRNN(
        2, (4, 4), num_slots=2, kernel_size=3, **dtype
    ),
}
ALL = {
    **NETWORKS,
    "layer norm": lambda **dtype: PredRNN((4, 4), 3, patch_size=2, layer_norm=True, **dtype),
    **WITH_ACTIONS,
}
every_network = pytest.mark.parametrize("name", ALL)


def given_to(network):
    """What it is called with beside the frames."""
    return {} if network.action_size is None else {"actions": ACTIONS}


@pytest.fixture(scope="module", params=ALL)
def network(request):
    """Built once; no test here changes it."""
    keras.utils.set_random_seed(0)
    network = ALL[request.param]()
    assert network.channels is None
    network.build(SHAPE)
    return network


@pytest.fixture(scope="module")
def predict(network):
    """The network as a function of frames, mask and actions, traced once."""
    return tf.function(lambda frames, mask, **given: network(frames, observed_mask=mask, **given))


@pytest.mark.parametrize("mask", MASKS)
def test_no_output_sees_a_later_frame_or_action(network, predict, mask):
    given, mask = given_to(network), MASKS[mask]
    before = predict(FRAMES, mask, **given).numpy()
    for t in range(SHAPE[1] - 1):
        later = FRAMES.copy()
        later[:, t + 1 :] = random_frames(*SHAPE, seed=1)[:, t + 1 :]
        after = predict(later, mask, **given).numpy()
        np.testing.assert_array_equal(after[:, : t + 1], before[:, : t + 1])
        for sample in np.flatnonzero(mask[:, t + 1]):  # what is observed is seen at once
            assert np.abs(after[sample, t + 1] - before[sample, t + 1]).max() > 1e-6
        if given:
            later = ACTIONS.copy()
            later[:, t + 1 :] += 1.0
            after = predict(FRAMES, mask, actions=later).numpy()
            np.testing.assert_array_equal(after[:, : t + 1], before[:, : t + 1])
            # An action is seen at its own step, also where the frame is not.
            assert (np.abs(after[:, t + 1] - before[:, t + 1]).max((1, 2, 3)) > 1e-6).all()


def test_first_frame_is_always_observed(network, predict):
    none, first = np.zeros((2, 5), "float32"), np.zeros((2, 5), "float32")
    first[:, 0] = 1
    given = given_to(network)
    np.testing.assert_array_equal(predict(FRAMES, none, **given), predict(FRAMES, first, **given))


@pytest.mark.parametrize("name", ["predrnn", "action predrnn"])
def test_no_mask_is_teacher_forcing_and_masks_of_any_dtype_do(name):
    network = ALL[name]()
    given = given_to(network)
    expected = network(FRAMES, observed_mask=MASKS["teacher forcing"], **given).numpy()
    np.testing.assert_array_equal(network(FRAMES, **given), expected)
    mixed = network(FRAMES, observed_mask=MASKS["mixed"], **given).numpy()
    assert np.abs(mixed - expected).max() > 1e-5
    for dtype in ("bool", "int32", "float64"):
        mask = MASKS["mixed"].astype(dtype)
        np.testing.assert_array_equal(network(FRAMES, observed_mask=mask, **given), mixed)


def test_terms_and_shapes(network):
    given = given_to(network)
    predictions, terms = network(FRAMES, return_terms=True, **given)
    assert tuple(terms) == network.loss_terms
    for term in terms.values():
        assert term.shape == () and term.dtype == "float32" and 0 < float(term) < 1
    assert network.channels == 2
    shapes = [array.shape for array in given.values()]
    assert network.compute_output_shape(SHAPE, *shapes) == SHAPE == tuple(predictions.shape)


def test_functional_model_around_the_network(network):
    given = given_to(network)
    inputs = [keras.Input((None, *SHAPE[2:])), *([keras.Input((None, 2))] if given else [])]
    outputs = network(*inputs)
    assert outputs.shape == (None, None, *SHAPE[2:]) and outputs.dtype == "float32"
    found = keras.Model(inputs, outputs)([FRAMES, *given.values()])
    np.testing.assert_allclose(found, network(FRAMES, **given), atol=1e-6)


def test_calls_that_are_refused(network):
    who, given = type(network).__name__, given_to(network)
    message = rf"{who}: received observed_mask of shape \(2, 6\) for frames"
    refused(message, network, FRAMES, observed_mask=np.ones((2, 6)), **given)
    inputs = [keras.Input(each.shape[1:], batch_size=2) for each in (FRAMES, *given.values())]
    refused(message, network, *inputs, observed_mask=keras.Input((6,), batch_size=2))
    with pytest.raises(ValueError, match=r"received frames with 3 channel\(s\).*2 channel\(s\)"):
        network(random_frames(2, 5, 4, 8, 3), **given)
    refused(rf"{who}: received (.*rank 4|actions .* for 4 frame)", network, FRAMES[:, 0], **given)


@pytest.mark.parametrize("name", WITH_ACTIONS)
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
def test_actions_that_are_refused(name, frames, actions, message, built):
    network = ALL[name]()
    if built:
        network.build(SHAPE)
    refused(f"{type(network).__name__}: received {message}", network, frames, actions)


@every_network
@pytest.mark.parametrize(
    "shape, message",
    [
        ((2, 5, 4, 6), r"frames of shape \(2, 5, 4, 6\).*rank 4. Required: rank 5"),
        ((2, 5, 5, 8, 1), r"H=5 with (patch_size=2|size_divisor=4)"),
        ((2, 5, 4, 7, 1), r"W=7 with (patch_size=2|size_divisor=4)"),
        ((2, 5, 4, 8, None), r"frames with unknown channels"),
    ],
)
def test_shapes_that_cannot_be_built(name, shape, message):
    network = ALL[name]()
    refused(f"{type(network).__name__}: received {message}", network.build, shape)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("name", ["predrnn", "modernn", "action predrnn"])
def test_mixed_precision_is_near_float32(name, policy):
    exact, mixed = ALL[name](), ALL[name](dtype=policy)
    for network in (exact, mixed):
        network.build(SHAPE)
    mixed.set_weights(exact.get_weights())
    assert {w.dtype for w in mixed.weights} == {"float32"}
    tolerance = (1e-2 if name == "modernn" else 2e-3) * (10 if "bfloat" in policy else 1)
    for training in (False, True):
        given = {"training": training, **given_to(exact)}
        predictions = mixed(FRAMES, **given)
        assert predictions.dtype == "float32"
        error = float(np.abs(predictions - exact(FRAMES, **given)).max())
        print(f"{name}, {policy}, training={training}: within {error:.1e} of float32")
        assert 0 < error < tolerance


@pytest.mark.parametrize("options", [{"remat": "segment"}, {"truncated_bptt": 3}])
def test_the_form_of_the_loop_is_part_of_the_config(options):
    keras.utils.set_random_seed(1)
    plain, other = PredRNN((4,), 3), PredRNN((4,), 3, **options)
    again = PredRNN.from_config(other.get_config())
    assert again.get_config() == other.get_config()
    assert {name: getattr(again.rnn, name) for name in options} == options
    frames = random_frames(*SHAPE[:2], 4, 8, 1)
    for network in (plain, other):
        network.build(frames.shape)
    other.set_weights(plain.get_weights())
    expected = plain(frames, training=True)
    np.testing.assert_allclose(other(frames, training=True), expected, atol=1e-6)
