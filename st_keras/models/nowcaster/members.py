"""Ensemble members: each a field that might come, all together the distribution."""

import math

from keras import ops

from st_keras.layers.advection.band_autoregression import BANDS, SCALES
from st_keras.models.nowcaster.rain_distribution import quantile_rates
from st_keras.models.nowcaster.rain_tail import FALLBACK
from st_keras.ops.bilinear import bilinear_values
from st_keras.ops.gaussian_blur import gaussian_blur
from st_keras.ops.pixel_places import pixel_places
from st_keras.ops.pooled_maps import enlarge_maps

# The bands of `BandAutoregression`: white noise blurred by the finer standard deviation, less that
# by the coarser one, on a grid on which these are a pixel or so.
_FINER = (0.0, *SCALES)
_COARSER = (*SCALES, 2 * SCALES[-1])
_POOLING = (1, 1, 2, 4, 8, 8)
_LITTLE = 1e-6


def member_fields(probabilities, thresholds, state, noise_of, tail=FALLBACK):
    """Return members whose distribution, at each pixel and lead time, is the one that is given.

    As in STEPS [1] noise of each band of scales follows the autoregressive process of that band
    and moves along. Its normal score at a pixel is the quantile of the member there, so that rain
    is coherent in space and time:

        e(l) = sum_b s_b n_b(l) / (its standard deviation)        R(l) = F^-1(Phi(e(l)))

    n_b begins at 0 and follows n(l) = f1 n(l-1) + f2 n(l-2) + noise; s_b is how much there is of
    the band in the last frame.

    Args:
        probabilities: (B, L, H, W, K), ordered.
        thresholds: K floats, mm/h.
        state: dict, what `LagrangianState` returns.
        noise_of: function of `(band, height, width)` to standard normal numbers
            (B, M, L, height, width).
        tail: float, or tensor that broadcasts to (B, M, L, H, W), see `tail_exponent`. Default 3.

    Returns:
        Tensor (B, M, L, H, W), mm/h.

    References: [1] Bowler, Pierce and Seed (2006) STEPS. Quarterly Journal of the Royal
    Meteorological Society 132.
    """
    steps, height, width = ops.shape(probabilities)[1:4]
    energy = ops.mean(ops.square(state["bands"]), axis=(1, 2)) + _LITTLE  # (B, bands)
    total = 0.0
    for band in range(BANDS):
        innovations = _band_noise(noise_of, height, width, band)
        weights = state["coefficients"][:, :, band, 0]
        own = _continued(innovations, weights, state["correlation"][:, 0, band], steps)
        total = total + ops.sqrt(energy[:, band])[:, None, None, None, None] * own
    moved = _moved(total, state["paths"])
    normal = moved / ops.sqrt(_variance(moved, (1, 3, 4)) + _LITTLE)
    exceedance = 0.5 * ops.erfc(normal / math.sqrt(2.0))
    return quantile_rates(probabilities[:, None], thresholds, exceedance, tail)


def _continued(innovations, weights, first, steps):
    """Return the process (B, M, L, H, W) that begins at 0; its variance grows with the lead time.

    An AR process is the sum of its innovations, each with the weight that it has kept since; as a
    product of matrices L need not be known when a graph is traced.

    Args:
        innovations: (B, M, L, H, W), variance 1.
        weights: (B, at least L - 1), what is left after 1, 2, ... steps.
        first: (B,), the correlation over one step: the first error has variance 1 - first^2.
        steps: int or scalar tensor, L.
    """
    scale = ops.sqrt(ops.maximum(1 - ops.square(first), _LITTLE))[:, None]
    kept = scale * ops.concatenate([ops.ones_like(scale), weights], axis=1)
    places = ops.arange(steps, dtype="int32")
    ages = ops.expand_dims(places, 1) - places  # of innovation j at lead time l
    kept = ops.where(ages >= 0, ops.take(kept, ops.maximum(ages, 0), axis=1), 0.0)
    shape = ops.shape(innovations)
    pixels = ops.reshape(innovations, (*shape[:3], shape[3] * shape[4]))
    return ops.reshape(ops.matmul(ops.expand_dims(kept, 1), pixels), shape)


def _band_noise(noise_of, height, width, band):
    """Return noise (B, M, L, H, W) of one band, variance 1, which goes on beyond the border."""
    pooling = _POOLING[band]
    small = (height // pooling, width // pooling)
    white = noise_of(band, *small)
    lead = ops.shape(white)[:3]
    white = ops.reshape(white, (-1, *small, 1))
    margin = math.ceil(3 * _COARSER[band] / pooling) + 1
    white = _wrapped(white, margin)
    finer = white if _FINER[band] == 0 else gaussian_blur(white, _FINER[band] / pooling)
    noise = finer - gaussian_blur(white, _COARSER[band] / pooling)
    noise = enlarge_maps(noise[:, margin - 1 : 1 - margin, margin - 1 : 1 - margin], pooling)
    noise = noise[:, pooling:-pooling, pooling:-pooling]
    noise = ops.reshape(noise, (*lead, height, width))
    return noise / ops.sqrt(_variance(noise, (1, 2, 3, 4)) + _LITTLE)


def _moved(noise, paths):
    """Move noise (B, M, L, H, W) along the paths; what comes from outside is noise as well."""
    batch, members, leads, height, width = ops.shape(noise)
    maps = ops.transpose(noise, (0, 2, 3, 4, 1))  # (B, L, H, W, M)
    maps = _wrapped(ops.reshape(maps, (-1, height, width, members)), 0, 1)
    paths = ops.reshape(paths, (-1, height, width, 2))
    rows, columns = pixel_places(paths)
    rows = ops.mod(rows - paths[..., 0], ops.cast(height, "float32"))
    columns = ops.mod(columns - paths[..., 1], ops.cast(width, "float32"))
    moved = ops.reshape(
        bilinear_values(maps, rows, columns), (batch, leads, height, width, members)
    )
    return ops.transpose(moved, (0, 4, 1, 2, 3))


def _variance(noise, axes):
    """Return the variance of noise (B, M, L, H, W), of each sample by itself."""
    return ops.mean(ops.square(noise), axis=axes, keepdims=True)


def _wrapped(maps, before, after=None):
    """Continue maps (n, H, W, C) periodically."""
    after = before if after is None else after
    for axis in (1, 2):
        size = ops.shape(maps)[axis]
        places = ops.mod(ops.arange(size + before + after) - before, size)
        maps = ops.take(maps, places, axis=axis)
    return maps
