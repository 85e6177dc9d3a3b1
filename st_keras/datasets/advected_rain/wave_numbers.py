"""The waves that a periodic field of M x M pixels is the sum of."""

import numpy as np

_FACTORS = (2, 3, 5)


def domain_size(least):
    """Return the smallest even number of at least `least` that Fourier transforms are quick for.

    Example:

    >>> domain_size(213), domain_size(16)
    (216, 16)
    """
    size = least + least % 2
    while _rest(size) > 1:
        size += 2
    return size


def wave_numbers(size):
    """Return the wave numbers of the modes of a real field, and which of them are used.

    Modes lie in axes (kx, ky), M/2 + 1 and M long: those of a transform of real numbers over x.

    Args:
        size: int, M, even.

    Returns:
        `(ky, kx, length, weight)`: float32 (M,) and (M/2 + 1,), in cycles per pixel; their length
        (M/2 + 1, M), that of the mean replaced by the longest wave; and the factor of each mode. It
        is 0 for the mean and for waves of 2 pixels, whose phase is not known. Waves with kx = 0
        come once and not twice, so that of white noise only the real part counts: sqrt(2).

    Example:

    >>> ky, kx, length, weight = wave_numbers(4)
    >>> ky, kx
    (array([ 0.  ,  0.25, -0.5 , -0.25], dtype=float32), array([0.  , 0.25, 0.5 ], dtype=float32))
    >>> weight.round(2)[0]
    array([0.  , 1.41, 0.  , 1.41], dtype=float32)
    """
    ky, kx = np.fft.fftfreq(size).astype("float32"), np.fft.rfftfreq(size).astype("float32")
    length = np.hypot(kx[:, None], ky[None, :])
    weight = np.ones_like(length)
    weight[0] = np.sqrt(2)
    weight[0, 0] = weight[-1] = weight[:, size // 2] = 0
    length[0, 0] = 1 / size
    return ky, kx, length, weight


def _rest(number):
    for factor in _FACTORS:
        while number % factor == 0:
            number //= factor
    return number
