"""Straight motion that bounces off the walls."""

import numpy as np

from st_keras.datasets.modes.tracks import Tracks

# Of the unit square, per frame; as in `MovingDigits`.
_STEP_LENGTH = 0.1


def bouncing_motion(rng, num_digits, num_frames):
    """Draw tracks that move straight and bounce off the walls, as in `MovingDigits`.

    A digit starts uniformly in the unit square, in a direction uniform on the circle, and moves
    0.1 of the square per frame. Where a step would leave the square, the digit stops at the
    wall and that component of its direction flips.

    Args:
        rng: `numpy.random.Generator`.
        num_digits: int K.
        num_frames: int T.

    Returns:
        `Tracks` within the unit square, upright and opaque.

    Example:
    >>> tracks = bouncing_motion(np.random.default_rng(0), num_digits=2, num_frames=50)
    >>> tracks.positions.shape, bool((np.abs(tracks.positions - 0.5) <= 0.5).all())
    ((2, 50, 2), True)
    """
    position = rng.random((num_digits, 2))
    angle = rng.uniform(0, 2 * np.pi, num_digits)
    step = _STEP_LENGTH * np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    positions = np.empty((num_digits, num_frames, 2))
    for t in range(num_frames):
        positions[:, t] = position
        moved = position + step
        position = np.clip(moved, 0.0, 1.0)
        step = np.where(position == moved, step, -step)
    return Tracks(positions)
