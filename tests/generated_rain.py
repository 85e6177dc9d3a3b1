"""Showers that move, as rain rates in mm/h: many dry pixels, a few very wet ones."""

import numpy as np


def moving_showers(count, steps, height=16, width=16, seed=0, missing=0.0):
    """Return float32 (count, steps, height, width, 1) in mm/h, NaN for a share of the pixels.

    Each sequence has two showers of up to 60 mm/h that move by about a pixel per step; below
    0.05 mm/h it is dry. Missing pixels are the same in all frames, as outside a radar's range.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    frames = np.zeros((count, steps, height, width), "float32")
    for k in range(count):
        for _ in range(2):
            place, speed = rng.uniform(2, 14, 2), rng.uniform(-1, 1, 2)
            peak, size = np.exp(rng.uniform(0, np.log(60))), rng.uniform(1.5, 3)
            for t in range(steps):
                at = place + t * speed
                squares = (y - at[0]) ** 2 + (x - at[1]) ** 2
                frames[k, t] += peak * np.exp(-squares / (2 * size**2))
    frames[frames < 0.05] = 0
    if missing:
        frames[:, :, rng.random((height, width)) < missing] = np.nan
    return frames[..., None]
