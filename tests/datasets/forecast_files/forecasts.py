"""Forecasts for the tests of this folder."""

import numpy as np

from st_keras.datasets import Grid

MADE = np.datetime64("2026-06-01T12:00") + np.arange(3) * np.timedelta64(10, "m")
STEP = np.timedelta64(5, "m")
GRID = Grid(
    y=np.arange(6.0)[::-1] - 2.5,
    x=np.arange(5.0) * 2,
    y_attributes={"units": "km", "standard_name": "projection_y_coordinate"},
    x_attributes={"units": "km", "standard_name": "projection_x_coordinate"},
    mapping={"grid_mapping_name": "polar_stereographic", "proj4": "+proj=stere +lat_0=90"},
)


def rain(*shape, seed=0):
    """Rain with holes, float32."""
    values = np.random.default_rng(seed).gamma(0.5, 2.0, shape).astype("float32")
    values[np.random.default_rng(seed + 1).random(shape) < 0.1] = np.nan
    return values
