"""Straight motion across the image and out of it."""

import numpy as np

from st_keras.datasets.modes.tracks import Tracks

# Of the square in which any of the digit is seen.
_START_BEFORE_CENTRE = 0.3
_ASIDE = 0.2
# Of the duration, (T - 1) frames.
_OUT_OF_SIGHT = (0.6, 0.95)


def straight_motion(rng, num_digits, num_frames):
    """Draw tracks that cross the image at constant velocity and leave it; nothing bounces.

    The direction u is uniform on the circle. The digit starts in sight, before the centre, and
    passes it at a distance of up to 0.2 of the square in which any of it is visible:

        p(t) = 0.5 + a n - 0.3 u + v u t,    n normal to u,    a ~ U(-0.2, 0.2)

    The speed v is such that the digit is out of sight after 0.6 to 0.95 (uniform) of the
    sequence's duration: 3 to 6 pixels per frame for 20 frames of 64x64 and digits of 28x28. It
    does not come back.

    Args:
        rng: `numpy.random.Generator`.
        num_digits: int K.
        num_frames: int T. The only frame of T = 1 shows the start.

    Returns:
        `Tracks` with `square="visible"`, upright and opaque.

    Example:
    >>> tracks = straight_motion(np.random.default_rng(0), num_digits=1, num_frames=20)
    >>> hidden = (np.abs(tracks.positions[0] - 0.5) >= 0.5).any(axis=-1)
    >>> bool(hidden[0]), bool(hidden[-1])
    (False, True)
    """
    angle = rng.uniform(0, 2 * np.pi, num_digits)
    aside = rng.uniform(-_ASIDE, _ASIDE, (num_digits, 1))
    leaving = rng.uniform(*_OUT_OF_SIGHT, num_digits) * max(num_frames - 1, 1)
    direction = np.stack([np.sin(angle), np.cos(angle)], axis=-1)
    normal = np.stack([np.cos(angle), -np.sin(angle)], axis=-1)
    start = 0.5 + aside * normal - _START_BEFORE_CENTRE * direction
    ahead = np.where(direction > 0, 1 - start, start)
    # Along an axis that it does not move on, a digit never gets to the edge.
    distance = (ahead / np.maximum(np.abs(direction), 1e-9)).min(axis=-1)
    velocity = direction * (distance / leaving)[:, None]
    time = np.arange(num_frames)[:, None]
    return Tracks(start[:, None] + velocity[:, None] * time, square="visible")
