"""Seeded truth and forecast frames for the tests of this folder."""

import numpy as np


def frame_pair(batch=3, steps=4, height=20, width=17, channels=1, seed=0):
    """Smooth truth in [0, 1] and a noisy forecast that leaves [0, 1], both float32."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / 4.0
    phase = rng.uniform(0, 6, (batch, steps, 1, 1, channels))
    truth = 0.5 + 0.5 * np.sin(x[..., None] + phase) * np.cos(y[..., None] - phase)
    noise = rng.normal(0, 0.2, truth.shape)
    return truth.astype("float32"), (truth + noise).astype("float32")


def as_bytes(frames):
    """The published cast: clip, then numpy.uint8(x * 255)."""
    return np.uint8(np.clip(frames, 0, 1) * 255)
