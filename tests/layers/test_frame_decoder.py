import keras
import numpy as np
import pytest

from st_keras.layers.frame_decoder import FrameDecoder
from st_keras.layers.frame_encoder import FrameEncoder
from tests.tiny import random_frames


def scattered(image, kernel):
    """Add kernel (r, s, F, C) times pixel (H, W, C) at twice its place; cut k // 2 in front."""
    height, width, _ = image.shape
    r, s, filters, _ = kernel.shape
    out = np.zeros((2 * height + r, 2 * width + s, filters))
    for i in range(height):
        for j in range(width):
            out[2 * i : 2 * i + r, 2 * j : 2 * j + s] += kernel @ image[i, j].astype("float64")
    return out[r // 2 :, s // 2 :][: 2 * height, : 2 * width]


@pytest.mark.parametrize("kernel_size", [1, 3, 5, (5, 3)])
def test_equals_numpy(kernel_size):
    decoder, features = FrameDecoder((3, 2), kernel_size), random_frames(2, 3, 2, 3, 4)
    skips = [random_frames(2, 3, 4, 6, 3, seed=1), random_frames(2, 3, 2, 3, 4, seed=2)]
    plain, added = decoder(features), decoder(features, skips=skips)
    assert plain.shape == (2, 3, 8, 12, 2)
    first, last = (conv.kernel.numpy() for conv in decoder.convolutions)
    errors = []
    for index in np.ndindex(2, 3):
        expected = scattered(scattered(features[index], first), last)
        errors.append(np.abs(plain[index] - expected).max())
        half = scattered(features[index] + skips[1][index], first) + skips[0][index]
        errors.append(np.abs(added[index] - scattered(half, last)).max())
    print(f"kernel_size={kernel_size}: within {max(errors):.1e} of NumPy")
    assert max(errors) < 1e-6


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_is_the_transposed_map_of_the_encoder(kernel_size):
    """<E x, y> = <x, D y> for all x and y, if both have the same kernels."""
    encoder, decoder = FrameEncoder((3, 5), kernel_size), FrameDecoder((3, 2), kernel_size)
    x, y = random_frames(1, 8, 12, 2), random_frames(1, 2, 3, 5, seed=1)
    encoder.build(x.shape)
    decoder.build(y.shape)
    for conv, transposed in zip(encoder.convolutions, decoder.convolutions[::-1], strict=True):
        transposed.kernel.assign(conv.kernel)
    assert np.sum(encoder(x) * y) == pytest.approx(np.sum(x * decoder(y)), rel=1e-5)


def test_frames_are_float32_in_mixed_precision():
    decoder = FrameDecoder((3, 2), 3, dtype="mixed_bfloat16")
    frames = decoder(random_frames(1, 2, 3, 4))
    assert frames.dtype == "float32"
    rounded = keras.ops.cast(keras.ops.cast(frames, "bfloat16"), "float32")
    assert np.abs(frames - rounded).max() > 0


def test_unknown_sizes_and_sequences():
    inputs = keras.Input((None, None, None, 4))
    decoder = FrameDecoder((3, 2), 5)
    model = keras.Model(inputs, decoder(inputs))
    for shape in ((2, 3, 2, 3, 4), (1, 1, 5, 4, 4)):
        features = random_frames(*shape)
        together = decoder(features)
        np.testing.assert_allclose(model(features), together, atol=1e-7)
        np.testing.assert_allclose(decoder(features[:, 0]), together[:, 0], atol=1e-7)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"filters": []}, r"filters=\[\].*one int per convolution"),
        ({"filters": (2, 0)}, r"filters=0.*at least 1"),
        ({"filters": (2,), "kernel_size": 2}, r"kernel_size=2.*odd sizes"),
    ],
)
def test_constructor_errors(arguments, message):
    with pytest.raises(ValueError, match=f"FrameDecoder: received {message}"):
        FrameDecoder(**arguments)


def test_one_skip_per_convolution():
    features = random_frames(1, 2, 3, 4)
    with pytest.raises(ValueError, match=r"received 1 skip\(s\). Required: 2, one per convolution"):
        FrameDecoder((3, 2), 3)(features, skips=[features])
