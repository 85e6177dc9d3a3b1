"""A data set of a few pixels whose grey values are the factors."""

import numpy as np


class ToyPixels:
    """Images (N, 1, factors, 1), one pixel per factor; notes the largest draw."""

    def __init__(self, sizes=(3, 4, 5), names=("a", "b", "c"), **attributes):
        self.sizes = sizes
        self.factor_names = names
        self.largest_draw = 0
        vars(self).update(attributes)

    def draw_images(self, count, generator):
        self.largest_draw = max(self.largest_draw, count)
        factors = generator.integers(0, self.sizes, (count, len(self.sizes)))
        return (10 * factors[:, None, :, None]).astype("uint8"), factors


class ToyEncoder:
    """Latents are the factors, in reverse order."""

    def encode(self, images):
        assert images.dtype == np.float32 and images.ndim == 4 and images.max() <= 1
        return 25.5 * images[:, 0, ::-1, 0]
