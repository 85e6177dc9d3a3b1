"""Digits that are not there all the time."""

import dataclasses

import numpy as np

from st_keras.datasets.modes.bouncing_motion import bouncing_motion


def appearing_disappearing_motion(rng, num_digits, num_frames):
    """Draw bouncing tracks whose digits are absent for a while, with soft or hard edges.

    Each digit has one gap, T // 5 to T // 2 frames long (at least one), that lies uniformly
    within the sequence: at its start the digit appears, at its end it disappears, else both. One
    digit in two, by chance, pops, and all do if T < 8; the others fade over 2 to T // 4 frames:

        opacity(t) = min(1, (frames from t to the gap) / f),    f = 1 for popping

    It moves on unseen, and is fully there in some frame if T >= 2.

    Args:
        rng: `numpy.random.Generator`.
        num_digits: int K.
        num_frames: int T.

    Returns:
        `Tracks` within the unit square, upright.

    Example:
    >>> tracks = appearing_disappearing_motion(np.random.default_rng(0), 1, 20)
    >>> int((tracks.opacity == 0).sum()) >= 4, float(tracks.opacity.max())
    (True, 1.0)
    """
    tracks = bouncing_motion(rng, num_digits, num_frames)
    shortest, longest = max(1, num_frames // 5), max(1, num_frames // 2)
    length = rng.integers(shortest, longest, num_digits, endpoint=True)
    first = rng.integers(0, num_frames - length, endpoint=True)[:, None]
    last = first + length[:, None] - 1
    slowest = max(2, num_frames // 4)
    fade = rng.integers(2, slowest, (num_digits, 1), endpoint=True)
    # Below 8 frames a fade of 2 could leave no frame in which the digit is fully there.
    pops = (rng.random((num_digits, 1)) < 0.5) | (num_frames < 8)
    time = np.arange(num_frames)
    distance = np.maximum(0, np.maximum(first - time, time - last))
    return dataclasses.replace(tracks, opacity=np.minimum(1, distance / np.where(pops, 1, fade)))
