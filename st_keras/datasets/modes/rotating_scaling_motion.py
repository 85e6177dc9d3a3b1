"""Digits that turn, grow and shrink while they move."""

import dataclasses

import numpy as np

from st_keras.datasets.modes.bouncing_motion import bouncing_motion

_TURN = np.deg2rad((4.0, 15.0))  # per frame
_LARGEST = 1.3
_PERIOD = (10.0, 30.0)  # frames


def rotating_scaling_motion(rng, num_digits, num_frames):
    """Draw bouncing tracks whose digits turn steadily and grow and shrink smoothly.

        angle(t) = w t                                |w| ~ U(4, 15) degrees per frame, any sign
        scale(t) = 1.3 ** sin(2 pi t / d + phase)     d ~ U(10, 30) frames

    A digit starts upright. Its centre moves as in `bouncing_motion`; turned or grown at a wall,
    it may be cut by a few pixels.

    Args:
        rng: `numpy.random.Generator`.
        num_digits: int K.
        num_frames: int T.

    Returns:
        `Tracks`, opaque.

    Differs from MovingMNIST++ [1]: there a digit turns by up to 30 degrees per frame and its size
        goes to and fro by a constant factor; here it has no kinks.

    Example:
    >>> tracks = rotating_scaling_motion(np.random.default_rng(0), num_digits=3, num_frames=20)
    >>> bool(tracks.scale.min() >= 1 / 1.3), bool(tracks.scale.max() <= 1.3)
    (True, True)

    References:
        [1] Shi et al.: Deep Learning for Precipitation Nowcasting: A Benchmark and A New Model,
            NeurIPS 2017, https://arxiv.org/abs/1706.03458
    """
    tracks = bouncing_motion(rng, num_digits, num_frames)
    turn = rng.uniform(*_TURN, (num_digits, 1)) * rng.choice((-1, 1), (num_digits, 1))
    period = rng.uniform(*_PERIOD, (num_digits, 1))
    phase = rng.uniform(0, 2 * np.pi, (num_digits, 1))
    time = np.arange(num_frames)
    scale = _LARGEST ** np.sin(2 * np.pi * time / period + phase)
    return dataclasses.replace(tracks, angle=turn * time, scale=scale)
