"""Seeded sequences for the tests of this folder."""

import numpy as np


def sequence(steps, height=12, width=18, channels=None, seed=0):
    """Frames (steps, height, width[, channels]) in [0, 1]."""
    tail = () if channels is None else (channels,)
    return np.random.default_rng(seed).random((steps, height, width, *tail), "float32")
