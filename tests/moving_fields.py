"""Smooth random fields that move by whole pixels, and come back at the other side."""

import numpy as np
from keras import ops

from st_keras.ops.gaussian_blur import gaussian_blur


def smooth_field(size, seed=0):
    noise = np.random.default_rng(seed).normal(size=(1, *size, 1)).astype("float32")
    return 20 * ops.convert_to_numpy(gaussian_blur(noise, 4.0))


def moving(size, shift, steps=6):
    field = smooth_field(size)
    frames = [np.roll(field, (k * shift[0], k * shift[1]), (1, 2)) for k in range(steps)]
    return np.concatenate(frames, axis=-1)
