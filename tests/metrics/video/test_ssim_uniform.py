import numpy as np
import pytest
from skimage.metrics import structural_similarity

from st_keras.metrics.video import ssim_uniform


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("window", [7, 5])
def test_equals_scikit_image_on_whole_numbers(channels, window):
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 256, (2, 2, 15, 11, channels)).astype("uint8")
    scores = ssim_uniform(a.astype("float32"), b.astype("float32"), 255.0, window)
    expected = [
        structural_similarity(x, y, channel_axis=-1, data_range=255, win_size=window)
        for x, y in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_flat_bright_frames_with_faint_noise_keep_their_digits():
    # The worst case for float32: variances of about 1 beside squares of about 250^2.
    rng = np.random.default_rng(2)
    a, b = (250 + rng.integers(0, 3, (2, 1, 32, 32, 1))).astype("uint8")
    score = ssim_uniform(a.astype("float32"), b.astype("float32"), 255.0)
    expected = structural_similarity(a[0], b[0], channel_axis=-1, data_range=255)
    assert float(score[0]) == pytest.approx(expected, abs=1e-5)


def test_is_symmetric_and_at_most_one():
    rng = np.random.default_rng(3)
    a, b = rng.random((2, 4, 9, 9, 1), "float32")
    forward, backward = ssim_uniform(a, b, 1.0), ssim_uniform(b, a, 1.0)
    np.testing.assert_allclose(forward, backward, rtol=1e-5)
    assert np.max(forward) < 1
    np.testing.assert_allclose(ssim_uniform(a, a, 1.0), 1.0, rtol=1e-6)
