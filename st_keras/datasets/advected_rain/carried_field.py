"""Modes of a field become pixels, each frame carried along by a steady flow."""

import math

import numpy as np

from st_keras.datasets.advected_rain.wave_numbers import wave_numbers


def carried_field(modes, weather, height, width):
    """Return the frames of a field that a steady flow carries, without interpolation.

    In the axes (y, x) of the modes the flow in pixels per step is

        v constant,   u(y) = U + shear sin(2 pi y / M + shear_phase)

    Air that is at (y, x) at time t was at y - v t, x - U t - shear s(y, t) at time 0, where s is
    the sine summed along its way. The first is a phase of the waves in y, the second one of the
    waves in x, line by line. Time 0 is in the middle of the sequence. Where `shear_along_y` is 1,
    the axes are exchanged at the end.

    The domain is periodic: what leaves at one side comes back at the other M pixels further. Where
    M is larger than the frames by all that the flow moves, it never does so in sight.

    Args:
        modes: complex64 tensor (B, T, M/2 + 1, M), axes kx and ky.
        weather: dict of tensors (B,), of `WeatherRanges.draw`.
        height, width: ints, at most M.

    Returns:
        float32 tensor (B, T, height, width).
    """
    import tensorflow as tf

    frames, size, side = modes.shape[1], modes.shape[-1], max(height, width)
    ky, kx, *_ = wave_numbers(size)
    along_y = weather["shear_along_y"][:, None]
    y, x = (weather["velocity"][:, place, None] for place in (0, 1))
    across, along = along_y * x + (1 - along_y) * y, along_y * y + (1 - along_y) * x
    time = np.arange(frames, dtype="float32") - (frames - 1) / 2

    moved = modes * _turned((across * time)[:, :, None] * ky)[:, :, None]
    lines = tf.transpose(tf.signal.ifft(moved)[..., :side], (0, 1, 3, 2))
    # The sine along the way of the air that is in line y at time t.
    turn = math.pi / size * across * time
    middle = 2 * math.pi / size * np.arange(side, dtype="float32") - turn[:, :, None]
    sine = tf.sin(middle + weather["shear_phase"][:, None, None]) * _sinc(turn)[:, :, None]
    way = time[:, None] * (along[:, :, None] + weather["shear"][:, None, None] * sine)
    field = tf.signal.irfft(lines * _turned(way[..., None] * kx), [size])[..., :side]
    exchanged = weather["shear_along_y"][:, None, None, None] > 0
    field = tf.where(exchanged, tf.transpose(field, (0, 1, 3, 2)), field)
    return field[:, :, :height, :width]


def _turned(cycles):
    """Return exp(-2 pi i cycles)."""
    import tensorflow as tf

    angle = -2 * math.pi * cycles
    return tf.complex(tf.cos(angle), tf.sin(angle))


def _sinc(angle):
    import tensorflow as tf

    return tf.math.divide_no_nan(tf.sin(angle), angle) + tf.cast(tf.equal(angle, 0), tf.float32)
