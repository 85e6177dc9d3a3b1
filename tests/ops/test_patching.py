import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from st_keras.ops import frames_to_patches, patches_to_frames
from tests.tiny import random_frames


def numpy_patches(frames, p):
    """Channel order (row in patch, column in patch, image channel), written out as loops."""
    b, t, h, w, c = frames.shape
    patches = np.zeros((b, t, h // p, w // p, p * p * c), frames.dtype)
    for row in range(p):
        for column in range(p):
            first = (row * p + column) * c
            patches[..., first : first + c] = frames[:, :, row::p, column::p]
    return patches


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(*[st.integers(1, 3)] * 5),
    p=st.integers(1, 4),
    dtype=st.sampled_from(["float32", "float16", "uint8", "int32"]),
)
def test_equals_numpy_and_inverse_is_exact(shape, p, dtype):
    b, t, h, w, c = shape
    frames = np.random.default_rng(0).integers(0, 255, (b, t, h * p, w * p, c)).astype(dtype)
    patches = frames_to_patches(frames, p)
    assert patches.dtype == dtype
    np.testing.assert_array_equal(patches, numpy_patches(frames, p))
    np.testing.assert_array_equal(patches_to_frames(patches, p), frames)


def test_unknown_sizes_in_a_graph():
    @tf.function(input_signature=[tf.TensorSpec((None, None, None, None, 3))])
    def there_and_back(frames):
        return patches_to_frames(frames_to_patches(frames, 2), 2)

    for shape in ((1, 2, 4, 6, 3), (2, 1, 8, 2, 3)):
        frames = random_frames(*shape)
        np.testing.assert_array_equal(there_and_back(frames), frames)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: frames_to_patches(np.zeros((2, 4, 4, 1)), 2), r"rank 4.*Required: rank 5"),
        (lambda: frames_to_patches(np.zeros((1, 1, 5, 4, 1)), 2), r"H=5 with patch_size=2.*4 or 6"),
        (lambda: frames_to_patches(np.zeros((1, 1, 4, 7, 1)), 2), r"W=7 with patch_size=2.*6 or 8"),
        (lambda: frames_to_patches(np.zeros((1, 1, 4, 4, 1)), 0), r"patch_size=0.*at least 1"),
        (lambda: frames_to_patches(np.zeros((1, 1, 4, 4, 1)), 2.0), r"patch_size=2\.0"),
        (lambda: frames_to_patches(np.zeros((1, 1, 4, 4, 1)), True), r"patch_size=True"),
        (lambda: patches_to_frames(np.zeros((1, 4, 4, 4)), 2), r"patches.*rank 4"),
        (
            lambda: patches_to_frames(np.zeros((1, 1, 4, 4, 6)), 2),
            r"6 channels.*patch_size\*\*2 = 4",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
