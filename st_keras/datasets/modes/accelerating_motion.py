"""Free fall between bounces."""

import numpy as np

from st_keras.datasets.modes.tracks import Tracks

# Of the unit square, per frame squared: a fall over its full height takes 10 frames.
_GRAVITY = 0.02
_APEX = (0.4, 1.0)
_SIDEWAYS = (0.02, 0.1)  # per frame


def accelerating_motion(rng, num_digits, num_frames):
    """Draw tracks that fall under gravity and bounce off floor and side walls, without loss.

    Height z above the floor and column x at frame t, both in units of the square:

        z = V s - g s^2 / 2,   s = (t + s0) mod (2 V / g),   V = sqrt(2 g A),   g = 0.02
        x = |((x0 + v t + 1) mod 2) - 1|

    with apex A ~ U(0.4, 1), s0 uniform over a flight, x0 ~ U(0, 1), |v| ~ U(0.02, 0.1), any
    sign. Bounces happen between frames at their exact times, so energy is constant for ever.

    Args:
        rng: `numpy.random.Generator`.
        num_digits: int K.
        num_frames: int T.

    Returns:
        `Tracks` within the unit square, upright and opaque.

    Example:
    >>> rows = accelerating_motion(np.random.default_rng(2), 1, 20).positions[0, :, 0]
    >>> np.median(np.diff(rows, 2)).round(6)          # downwards is positive
    np.float64(0.02)
    """
    speed = np.sqrt(2 * _GRAVITY * rng.uniform(*_APEX, (num_digits, 1)))  # V
    flight = 2 * speed / _GRAVITY
    start = flight * rng.random((num_digits, 1))
    column = rng.random((num_digits, 1))
    sideways = rng.uniform(*_SIDEWAYS, (num_digits, 1)) * rng.choice((-1, 1), (num_digits, 1))
    time = np.arange(num_frames)
    since_bounce = (time + start) % flight
    height = speed * since_bounce - _GRAVITY * since_bounce**2 / 2
    columns = np.abs((column + sideways * time + 1) % 2 - 1)
    return Tracks(np.stack([1 - height, columns], axis=-1))
