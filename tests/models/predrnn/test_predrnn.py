import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from st_keras.models import PredRNN
from tests.tiny import random_frames, tiny_network

SHAPE = (2, 5, 4, 6, 2)
MASKS = {
    "teacher forcing": np.ones((2, 5), "float32"),
    "mixed": np.array([[1, 0, 1, 1, 0], [1, 1, 0, 1, 1]], "float32"),
    "closed loop": np.array([[1, 1, 0, 0, 0]] * 2, "float32"),
}


@pytest.mark.parametrize("layer_norm", [False, True])
@pytest.mark.parametrize("mask", MASKS)
def test_no_output_sees_a_later_frame(mask, layer_norm):
    network, frames, mask = tiny_network(layer_norm=layer_norm), random_frames(*SHAPE), MASKS[mask]
    before = network(frames, observed_mask=mask).numpy()
    for t in range(SHAPE[1] - 1):
        later = frames.copy()
        later[:, t + 1 :] = random_frames(*SHAPE, seed=1)[:, t + 1 :]
        after = network(later, observed_mask=mask).numpy()
        np.testing.assert_array_equal(after[:, : t + 1], before[:, : t + 1])
        for sample in np.flatnonzero(mask[:, t + 1]):  # what is observed is seen at once
            assert np.abs(after[sample, t + 1] - before[sample, t + 1]).max() > 1e-5


def test_first_frame_is_always_observed():
    network, frames = tiny_network(), random_frames(*SHAPE)
    none, first = np.zeros((2, 5), "float32"), np.zeros((2, 5), "float32")
    first[:, 0] = 1
    np.testing.assert_array_equal(
        network(frames, observed_mask=none), network(frames, observed_mask=first)
    )


def test_no_mask_is_teacher_forcing_and_masks_of_any_dtype_do():
    network, frames = tiny_network(), random_frames(*SHAPE)
    expected = network(frames, observed_mask=MASKS["teacher forcing"]).numpy()
    np.testing.assert_array_equal(network(frames), expected)
    mixed = network(frames, observed_mask=MASKS["mixed"]).numpy()
    assert np.abs(mixed - expected).max() > 1e-5
    for dtype in ("bool", "int32", "float64"):
        mask = MASKS["mixed"].astype(dtype)
        np.testing.assert_array_equal(network(frames, observed_mask=mask), mixed)


def test_another_image_size_than_built():
    network = tiny_network()
    small, large = random_frames(1, 3, 4, 6, 1), random_frames(2, 2, 10, 4, 1)
    network(small)
    assert network(large).shape == large.shape
    # A region far from the border of a larger image gives the same numbers.
    padded = np.zeros((1, 1, 32, 32, 1), "float32")
    padded[:, :, 4:28, 4:28] = random_frames(1, 1, 24, 24, 1)
    inner = network(padded[:, :, 4:28, 4:28]).numpy()
    outer = network(padded).numpy()[:, :, 4:28, 4:28]
    # Two layers, in each a kernel of 3 on x and another on [c, m]: the border reaches 4 patches of
    # 2 pixels inwards.
    np.testing.assert_allclose(outer[:, :, 8:-8, 8:-8], inner[:, :, 8:-8, 8:-8], atol=1e-6)


def test_image_axes_are_not_mixed_up():
    """Transposed frames with transposed kernels give transposed predictions."""
    network, frames = tiny_network(patch_size=1), random_frames(1, 3, 4, 6, 1)
    upright = network(frames).numpy()
    for weight in network.weights:
        weight.assign(np.swapaxes(weight.numpy(), 0, 1))
    lying = network(np.swapaxes(frames, 2, 3)).numpy()
    np.testing.assert_allclose(np.swapaxes(lying, 2, 3), upright, atol=1e-6)


@pytest.mark.parametrize("decoupling", [False, True])
def test_terms(decoupling):
    network, frames = tiny_network(decoupling=decoupling), random_frames(*SHAPE)
    predictions, terms = network(frames, return_terms=True)
    np.testing.assert_array_equal(predictions, network(frames))
    assert tuple(terms) == network.loss_terms == (("decoupling",) if decoupling else ())
    for term in terms.values():
        assert term.shape == () and term.dtype == "float32" and 0 < float(term) < 1


def test_decoupling_is_a_mean_over_time_and_batch():
    network = tiny_network()
    frames = random_frames(3, 4, 4, 4, 1)
    whole = float(network(frames, return_terms=True)[1]["decoupling"])
    each = [float(network(frames[k : k + 1], return_terms=True)[1]["decoupling"]) for k in range(3)]
    assert whole == pytest.approx(np.mean(each), rel=1e-5)
    # Time: the sum over t steps is t times the mean; steps add one after the other.
    sums = [
        t * float(network(frames[:, :t], return_terms=True)[1]["decoupling"]) for t in (1, 2, 3, 4)
    ]
    assert all(0 < b - a < 1 for a, b in itertools.pairwise(sums))


def test_channels_are_known_once_built():
    network = tiny_network()
    assert network.channels is None
    network.build((None, None, 8, 8, 3))
    assert network.channels == 3


def test_functional_model_around_the_network():
    inputs = keras.Input((None, 4, 6, 2))
    network = tiny_network()
    outputs = network(inputs)
    assert outputs.shape == (None, None, 4, 6, 2)
    frames = random_frames(*SHAPE)
    np.testing.assert_allclose(keras.Model(inputs, outputs)(frames), network(frames), atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_is_near_float32(policy):
    frames = random_frames(2, 6, 8, 8, 1)
    exact, mixed = tiny_network(), tiny_network(dtype=policy)
    exact.build(frames.shape)
    mixed.build(frames.shape)
    mixed.set_weights(exact.get_weights())
    assert {w.dtype for w in mixed.weights} == {"float32"}
    predictions = mixed(frames)
    assert predictions.dtype == "float32"
    error = float(np.abs(predictions - exact(frames)).max())
    print(f"{policy}: within {error:.1e} of float32")
    assert 0 < error < (2e-3 if "bfloat" not in policy else 2e-2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": (4, 8)}, r"PredRNN: received filters=\(4, 8\).*all equal"),
        ({"filters": ()}, r"PredRNN: received filters=\(\)"),
        ({"filters": 64}, r"PredRNN: received filters=64.*one int per layer"),
        ({"filters": (0, 0)}, r"PredRNN: received filters=0.*at least 1"),
        ({"patch_size": 0}, r"PredRNN: received patch_size=0"),
        ({"kernel_size": 4}, r"kernel_size=4.*odd sizes"),
        ({"forget_bias": None}, r"forget_bias=None"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=message):
        PredRNN(**arguments)


@pytest.mark.parametrize(
    "shape, message",
    [
        ((None, 4, 4, 1), r"rank 4. Required: rank 5"),
        ((None, None, 6, 4, 1), r"PredRNN: received H=6 with patch_size=4"),
        ((None, None, 4, 9, 1), r"PredRNN: received W=9 with patch_size=4"),
        ((None, None, 4, 4, None), r"unknown channels"),
    ],
)
def test_build_errors(shape, message):
    with pytest.raises(ValueError, match=message):
        PredRNN((2,)).build(shape)


def test_layer_norm_needs_a_fixed_image_size():
    with pytest.raises(ValueError, match=r"layer_norm=True with height and width \(None, None\)"):
        PredRNN((2,), layer_norm=True).build((None, None, None, None, 1))


def test_fixed_image_size():
    for layer_norm, expected in ((False, None), (True, (4, 6))):
        network = tiny_network(layer_norm=layer_norm)
        assert network.fixed_image_size is None
        network.build((None, None, 4, 6, 1))
        assert network.fixed_image_size == expected
    with pytest.raises(ValueError, match=r"PredRNN: received frames of size .*Required: \(4, 6\)"):
        network(random_frames(1, 2, 4, 4, 1))


def test_call_errors():
    network = tiny_network()
    network.build((None, None, 4, 4, 1))
    with pytest.raises(ValueError, match=r"H=5 with patch_size=2"):
        network(tf.zeros((1, 2, 5, 4, 1)))
    with pytest.raises(ValueError, match=r"rank 4"):
        network(tf.zeros((1, 4, 4, 1)))
    with pytest.raises(ValueError, match=r"frames with 3 channel\(s\). Required: 1 channel"):
        network(tf.zeros((1, 2, 4, 4, 3)))
