"""The motion of rain, by Lucas-Kanade optical flow as pysteps has it."""

import numpy as np

from st_keras.baselines.decibels import THRESHOLD
from st_keras.baselines.pysteps_module import pysteps_module, quiet

# Selected by CSI on two events among nine settings; finer than pysteps' own, which are for grids
# of 1 km with many more pixels.
_TUNED = {
    "lk_kwargs": {"winsize": (12, 12)},
    "fd_kwargs": {"min_distance": 5},
    "decl_scale": 5,
}


def motion_of(where, fields, tuned=False):
    """Return the motion of rain in pixels a step, pooled over all pairs of frames.

    Frames without any data are no part of a pair: of the context the longest run of frames with
    data is taken, the last of equal ones. Without two frames in a row, or without rain, nothing
    moves.

    Args:
        where: str. Who asks; the errors begin with it.
        fields: float64 (T, H, W), rain in dB; NaN is missing.
        tuned: bool. Default False: the settings that pysteps has.

    Returns:
        float64 (2, H, W), the motion along x (columns) and along y (rows).
    """
    fields = fields[_longest_run(~np.isnan(fields).all(axis=(1, 2)))]
    if len(fields) < 2 or not (fields >= THRESHOLD).any():
        return np.zeros((2, *fields.shape[1:]))
    track = pysteps_module(where, "pysteps.motion.lucaskanade").dense_lucaskanade
    options = {name: dict(v) if isinstance(v, dict) else v for name, v in _TUNED.items()}
    with quiet():
        return track(fields, **(options if tuned else {}))


def _longest_run(flags):
    """Return the slice of the longest run of True, the last of equal ones."""
    best, start = slice(0, 0), 0
    for t, flag in enumerate([*flags, False]):
        if not flag:
            if t - start >= best.stop - best.start:
                best = slice(start, t)
            start = t + 1
    return best
