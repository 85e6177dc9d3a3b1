"""Waves that live for a time that grows with their length, seen from the air that carries them."""

import numpy as np

from st_keras.datasets.advected_rain.wave_numbers import wave_numbers
from st_keras.datasets.advected_rain.weather import SCALE


def living_modes(weather, noise, minutes):
    """Let the modes of a field follow an autoregression of second order, each with its lifetime.

        S(k)   = (k^2 + 1/outer_scale^2)^(-slope / 2)          variance
        tau(k) = lifetime (1 / (16 k))^lifetime_power           minutes, k in cycles per pixel
        r      = exp(-minutes / tau),   q = exp(-minutes / (second_lifetime tau))
        x[t]   = (r + q) x[t-1] - r q x[t-2] + sigma e[t],   e white noise

    The first two are drawn such that the modes have their variance at all times. The correlation
    over n steps is that of `correlation`.

    Args:
        weather: dict of tensors (B,), of `WeatherRanges.draw`.
        noise: float32 tensor (B, T, 2, M/2 + 1, M), standard normal numbers, of real and imaginary
            parts.
        minutes: float, between two frames.

    Returns:
        complex64 tensor (B, T, M/2 + 1, M), axes kx and ky, not yet moved.
    """
    import tensorflow as tf

    size = noise.shape[-1]
    *_, length, weight = wave_numbers(size)
    of = {name: value[:, None, None, None] for name, value in weather.items() if name != "velocity"}
    variance = (length**2 + of["outer_scale"] ** -2) ** (-of["slope"] / 2)
    amplitude = weight * tf.sqrt(variance)
    steps = minutes / (of["lifetime"] * (SCALE * length) ** -of["lifetime_power"])  # in lifetimes
    second = steps / of["second_lifetime"]
    r, q = tf.exp(-steps), tf.exp(-second)
    # Differences from 1 of long waves are small: not by subtraction.
    both = tf.sqrt(tf.math.expm1(-2 * steps) * tf.math.expm1(-2 * second))
    first = (r + q) / (1 + r * q)
    sigma = both * tf.sqrt(-tf.math.expm1(-steps - second) / (1 + r * q))
    start, follow = amplitude, amplitude * both / (1 + r * q)
    plus, minus, sigma = r + q, r * q, amplitude * sigma

    states = [start * noise[:, 0]]
    if noise.shape[1] > 1:
        states.append(first * states[0] + follow * noise[:, 1])
    for t in range(2, noise.shape[1]):
        states.append(plus * states[-1] - minus * states[-2] + sigma * noise[:, t])
    return tf.complex(*tf.unstack(tf.stack(states, axis=1), axis=2))


def correlation(steps, lifetime, second_lifetime):
    """Return the correlation of a mode with itself some steps later.

        ((1 - q^2) r^(n+1) - (1 - r^2) q^(n+1)) / ((r - q) (1 + r q))

    Args:
        steps: int or array, n.
        lifetime: float, that of the mode, in steps.
        second_lifetime: float in (0, 1), the second one as a share of it.

    Returns:
        float or array.

    Example:

    >>> [round(float(correlation(n, lifetime=6.0, second_lifetime=0.3)), 3) for n in (0, 1, 12)]
    [1.0, 0.956, 0.189]
    """
    n = np.asarray(steps)
    r, q = np.exp(-1 / lifetime), np.exp(-1 / (second_lifetime * lifetime))
    both = (1 - q**2) * r ** (n + 1) - (1 - r**2) * q ** (n + 1)
    return both / ((r - q) * (1 + r * q))
