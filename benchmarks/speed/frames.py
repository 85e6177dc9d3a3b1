"""The frames of one call: shapes and values, in NumPy alone."""

import numpy as np


def frames_shape(options, model, mode):
    """Return the shape (B, T, H, W, C) of the frames of one call.

    Args:
        options: of `benchmarks.speed.options`.
        model, mode: names. A step has batch 1; SlowVAE has pairs of images.
    """
    if model == "slowvae":
        return (options.images // 2, 2, options.size, options.size, 1)
    batch = 1 if mode == "step" else options.batch
    return (batch, options.frames, options.size, options.size, 1)


def random_frames(options, model, mode):
    """Return float32 frames in [0, 1): the time of no network depends on their values."""
    return np.random.default_rng(0).random(frames_shape(options, model, mode), "float32")
