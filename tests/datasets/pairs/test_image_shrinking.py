import numpy as np
import pytest

from st_keras.datasets.pairs.image_shrinking import shrink_images


@pytest.mark.parametrize("method", ["bilinear", "lanczos"])
@pytest.mark.parametrize("channels", [(), (3,)])
def test_flat_images_and_means_stay(method, channels):
    flat = np.full((2, 96, 96, *channels), 77, "uint8")
    np.testing.assert_array_equal(shrink_images(flat, 64, method), flat[:, :64, :64])
    rows = np.linspace(20, 220, 96)[:, None]
    ramp = np.broadcast_to(rows.reshape(1, 96, 1, *[1] * len(channels)), flat.shape)
    shrunk = shrink_images(ramp.astype("uint8"), 64, method)
    assert shrunk.shape == (2, 64, 64, *channels) and shrunk.dtype == np.uint8
    assert (
        abs(shrunk.mean() - ramp.mean()) < 1 and (np.diff(shrunk[0].astype(int), axis=0) >= 0).all()
    )


def test_fine_stripes_turn_grey():
    stripes = np.zeros((1, 128, 128), "uint8")
    stripes[:, ::2] = 255
    shrunk = shrink_images(stripes, 64, "lanczos")[:, 4:-4]
    assert abs(shrunk.astype(int) - 127).max() < 20  # sampling every second row would give 0 or 255


def test_images_of_the_size_are_not_copied():
    images = np.zeros((2, 64, 64), "uint8")
    assert shrink_images(images, 64, "bilinear") is images
