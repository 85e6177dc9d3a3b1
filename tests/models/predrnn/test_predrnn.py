import itertools

import numpy as np
import pytest

from st_keras.models import PredRNN
from tests.tiny import random_frames, tiny_network

SHAPE = (2, 5, 4, 6, 2)


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
