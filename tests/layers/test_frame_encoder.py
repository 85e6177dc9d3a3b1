import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from st_keras.layers.frame_encoder import FrameEncoder
from tests.tiny import random_frames


def strided(image, kernel):
    """Correlate (H, W, C) with (k, l, C, F), k // 2 zeros around, and keep every second pixel."""
    rows, columns = (k // 2 for k in kernel.shape[:2])
    padded = np.pad(image.astype("float64"), ((rows, rows), (columns, columns), (0, 0)))
    maps = [
        sum(
            correlate2d(padded[..., c], kernel[..., c, f], mode="valid")
            for c in range(image.shape[-1])
        )
        for f in range(kernel.shape[-1])
    ]
    return np.stack(maps, axis=-1)[::2, ::2]


@pytest.mark.parametrize("kernel_size", [1, 3, 5, (5, 3)])
def test_equals_numpy(kernel_size):
    encoder, frames = FrameEncoder((3, 2), kernel_size), random_frames(2, 3, 8, 12, 2)
    first, second = encoder(frames, return_all=True)
    assert first.shape == (2, 3, 4, 6, 3) and second.shape == (2, 3, 2, 3, 2)
    kernels = [conv.kernel.numpy() for conv in encoder.convolutions]
    errors = []
    for index in np.ndindex(2, 3):
        half = strided(frames[index], kernels[0])
        errors.append(np.abs(first[index] - half).max())
        errors.append(np.abs(second[index] - strided(half, kernels[1])).max())
    print(f"kernel_size={kernel_size}: within {max(errors):.1e} of NumPy")
    assert max(errors) < 1e-6


def test_a_frame_is_encoded_like_a_sequence_and_the_last_map_is_the_output():
    encoder, frames = FrameEncoder((3, 2), 3), random_frames(2, 3, 8, 12, 2)
    sequences = encoder(frames)
    np.testing.assert_array_equal(sequences, encoder(frames, return_all=True)[-1])
    for t in range(3):
        np.testing.assert_allclose(encoder(frames[:, t]), sequences[:, t], atol=1e-7)


def test_linear_without_a_bias():
    encoder, frames = FrameEncoder((3, 2), 3), random_frames(1, 8, 8, 1)
    np.testing.assert_allclose(encoder(-2 * frames), -2 * encoder(frames), atol=1e-6)
    assert [w.shape for w in encoder.weights] == [(3, 3, 1, 3), (3, 3, 3, 2)]
    for weight in encoder.weights:
        limit = 1 / np.sqrt(np.prod(weight.shape[:3]))
        assert 0.5 * limit < np.abs(weight).max() <= limit


def test_unknown_sizes():
    inputs = keras.Input((None, None, None, 2))
    encoder = FrameEncoder((3, 2), 3)
    model = keras.Model(inputs, encoder(inputs))
    for shape in ((2, 3, 8, 12, 2), (1, 1, 4, 4, 2)):
        frames = random_frames(*shape)
        np.testing.assert_allclose(model(frames), encoder(frames), atol=1e-7)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": ()}, r"filters=\(\).*one int per convolution"),
        ({"filters": 8}, r"filters=8.*one int per convolution"),
        ({"filters": (2, 0)}, r"filters=0.*at least 1"),
        ({"filters": (2,), "kernel_size": 4}, r"kernel_size=4.*odd sizes"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=f"FrameEncoder: received {message}"):
        FrameEncoder(**arguments)


def test_frames_that_cannot_be_halved_that_often():
    encoder = FrameEncoder((2, 2), 3)
    with pytest.raises(ValueError, match=r"FrameEncoder: received H=6 with the reduction=4"):
        encoder(random_frames(1, 6, 8, 1))
    with pytest.raises(ValueError, match=r"W=10 with the reduction=4"):
        encoder(random_frames(1, 2, 8, 10, 1))
