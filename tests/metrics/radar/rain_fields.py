"""Seeded rain for the tests of this folder: mostly dry, in mm/h, with missing pixels."""

import numpy as np


def rain_pair(batch=3, steps=4, height=12, width=10, channels=1, missing=0.1, seed=0):
    """Truth with NaN and a forecast that resembles it, float64, on a grid of 0.1 mm/h.

    Values on the grid are equal to thresholds and to each other often enough to matter.
    """
    rng = np.random.default_rng(seed)
    shape = (batch, steps, height, width, channels)
    rain = np.maximum(rng.gamma(0.5, 3.0, shape) - 0.8, 0)
    truth = np.round(rain, 1)
    forecast = np.round(np.maximum(rain + rng.normal(0, 0.7, shape), 0) * 0.9, 1)
    truth[rng.random(shape) < missing] = np.nan
    return truth, forecast


def rain_ensemble(members=5, seed=0, **sizes):
    """Truth as above, and members (B, M, T, H, W, C), many of them dry."""
    truth, forecast = rain_pair(seed=seed, **sizes)
    rng = np.random.default_rng(seed + 1)
    shape = (forecast.shape[0], members, *forecast.shape[1:])
    noise = rng.normal(0, 0.8, shape)
    return truth, np.round(np.maximum(forecast[:, None] + noise, 0), 1)
