"""How long the scales of rain last: an autoregressive process for each band."""

import itertools

import keras
from keras import ops

from st_keras.layers.advection.shape_checks import check_multiples, check_sizes
from st_keras.layers.float32_layer import Float32Layer
from st_keras.ops.gaussian_blur import gaussian_blur, masked_blur
from st_keras.ops.pooled_maps import enlarge_maps, pool_maps, pool_valid
from st_keras.validation import check_int, check_number

# Standard deviation in pixels, and the pooling on which it is blurred.
_BLURS = ((1.0, 1), (2.0, 1), (4.0, 2), (8.0, 4), (16.0, 4))
SCALES = tuple(sigma for sigma, _ in _BLURS)
BANDS = len(_BLURS) + 1
_NEAR, _NEAR_POOLING = 8.0, 4  # of the error's variance
_WET = 0.01  # share of the scale's unit: a neighbourhood with less has no rain to learn from
_LITTLE = 1e-6


@keras.saving.register_keras_serializable(package="st_keras")
class BandAutoregression(Float32Layer):
    """Continue each band of scales by an AR(2) process along the motion. It has no weights.

    As S-PROG [1], with Gaussian bands in place of the Fourier transform, so that masks and any size
    will do. Bands are differences of blurs of 0, 1, 2, 4, 8 and 16 pixels, the last the rest less
    its mean. Of each band b, r1 is its correlation over one step and r2 over two, over the
    neighbourhoods in which there is rain:

        f1 = r1 (1 - r2) / (1 - r1^2)     f2 = (r2 - r1^2) / (1 - r1^2)
        S(l) = mean + sum_b S_b(l)        S_b(l) = f1 S_b(l - 1) + f2 S_b(l - 2)
        sd(l)^2 = sum_b (1 - rho_b(l)^2) <S_b(0)^2> + floor^2

    where rho_b follows the recursion of S_b from 1 and r1, and < > is a mean near the pixel.

    Args:
        floor: float > 0, the smallest sd. Default 0.05.
        **kwargs: `name`, `dtype`. It computes in float32 whatever the policy is.

    Call arguments:
        frames: (B, H, W, 3): the last frame, the one before and the one before that, brought to the
            place of the last one. H and W multiples of 4.
        valid: (B, H, W, 3), from 0 to 1, the share of data.
        steps: int >= 1.

    Returns:
        dict: "mean" S and "sd", (B, steps, H, W); "coefficients", (B, steps, bands, 2), the weights
        of S_b(0) and S_b(-1) in S_b(l); "correlation", (B, steps, bands), rho; "bands",
        (B, H, W, bands), S_b(0).

    Raises:
        ValueError: for a floor that is not positive, frames that are not three or whose H or W is
            no multiple of 4, `valid` of another shape, steps below 1.

    Example:

    >>> frames = keras.random.uniform((1, 32, 32, 1), seed=0) * keras.ops.ones((1, 1, 1, 3))
    >>> still = BandAutoregression()(frames, keras.ops.ones_like(frames), steps=2)
    >>> bool(keras.ops.all(still["correlation"] > 0.98))
    True

    References: [1] Seed (2003) A Dynamic and Spatial Scaling Approach to Advection Forecasting.
    Journal of Applied Meteorology 42.
    """

    def __init__(self, floor=0.05, **kwargs):
        super().__init__(**kwargs)
        self.floor = check_number("BandAutoregression", "floor", floor, 1e-6)

    def call(self, frames, valid, steps):
        """Continue."""
        steps = _checked_steps(frames.shape, valid.shape, steps)
        weight = _wet(frames, valid) * ops.min(valid, axis=-1, keepdims=True)
        bands, means = _bands(frames, valid, weight)  # (B, H, W, bands, 3), (B, 3)
        first, second = _correlations(bands, weight)
        coefficients, correlation = _recursion(first, second, steps)
        batch, height, width = ops.shape(bands)[:3]
        pixels = ops.reshape(bands[..., :2], (batch, height * width, 2 * BANDS))
        weights = ops.reshape(coefficients, (batch, steps, 2 * BANDS))
        mean = ops.matmul(weights, ops.transpose(pixels, (0, 2, 1)))
        mean = ops.reshape(mean, (batch, steps, height, width)) + means[:, :1, None, None]
        last = bands[..., 0]
        return {
            "mean": mean,
            "sd": self._sd(last, valid[..., :1], correlation),
            "coefficients": coefficients,
            "correlation": correlation,
            "bands": last,
        }

    def _sd(self, last, valid, correlation):
        """Return the error's standard deviation (B, steps, H, W)."""
        squares = ops.square(last)
        squares, share = pool_valid(
            squares, ops.broadcast_to(valid, ops.shape(squares)), _NEAR_POOLING
        )
        near = masked_blur(squares, share, _NEAR / _NEAR_POOLING)
        batch, height, width, _ = ops.shape(near)
        near = ops.transpose(ops.reshape(near, (batch, height * width, BANDS)), (0, 2, 1))
        variance = ops.matmul(1 - ops.square(correlation), near)  # (B, steps, pixels)
        sd = ops.sqrt(variance + self.floor**2)
        sd = ops.reshape(sd, (batch, correlation.shape[1], height, width))
        sd = ops.transpose(sd, (0, 2, 3, 1))
        return ops.transpose(enlarge_maps(sd, _NEAR_POOLING), (0, 3, 1, 2))

    def compute_output_shape(self, frames_shape, valid_shape, steps):
        """See `Returns`."""
        steps = _checked_steps(frames_shape, valid_shape, steps)
        batch, height, width, _ = frames_shape
        return {
            "mean": (batch, steps, height, width),
            "sd": (batch, steps, height, width),
            "coefficients": (batch, steps, BANDS, 2),
            "correlation": (batch, steps, BANDS),
            "bands": (batch, height, width, BANDS),
        }

    def compute_output_spec(self, frames, valid, steps):
        """As `compute_output_shape`, to which Keras itself would pass shapes alone."""
        shapes = self.compute_output_shape(frames.shape, valid.shape, steps)
        return {
            name: keras.KerasTensor(shape, self.compute_dtype) for name, shape in shapes.items()
        }

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "floor": self.floor}


def _checked_steps(frames_shape, valid_shape, steps):
    """Return `steps`, an int, if the frames can be continued."""
    where, axes = "BandAutoregression", ("B", "H", "W", "3")
    check_sizes(where, "frames", frames_shape, axes, (None, None, None, 3))
    check_sizes(where, "valid", valid_shape, axes, frames_shape)
    check_multiples(where, "frames", frames_shape, _NEAR_POOLING)
    return check_int(where, "steps", steps, 1)


def _wet(frames, valid):
    """Return (B, H, W, 1), 1 where rain is near in one of the frames."""
    rain = ops.max(frames * valid, axis=-1, keepdims=True)
    near = gaussian_blur(pool_maps(rain, _NEAR_POOLING), _NEAR / _NEAR_POOLING)
    return ops.cast(enlarge_maps(near, _NEAR_POOLING) > _WET, frames.dtype)


def _bands(frames, valid, weight):
    """Split frames into bands. Returns (B, H, W, bands, 3) and the means (B, 3) of the rest."""
    blurs = [frames]
    for sigma, pooling in _BLURS:
        blurs.append(
            enlarge_maps(masked_blur(*pool_valid(frames, valid, pooling), sigma / pooling), pooling)
        )
    total = ops.maximum(ops.sum(weight, axis=(1, 2)), _LITTLE)
    means = ops.sum(blurs[-1] * weight, axis=(1, 2)) / total
    blurs.append(ops.broadcast_to(means[:, None, None], ops.shape(frames)))
    bands = [(finer - coarser) for finer, coarser in itertools.pairwise(blurs)]
    return ops.stack(bands, axis=3), means


def _correlations(bands, weight):
    """Return r1 and r2 (B, bands)."""
    now, before, earlier = (bands[..., k] for k in range(3))

    def mean(products):
        return ops.sum(weight * products, axis=(1, 2))

    squares = [mean(ops.square(each)) + _LITTLE for each in (now, before, earlier)]

    def correlation(one, other, k, m):
        return mean(one * other) / ops.sqrt(squares[k] * squares[m])

    first = 0.5 * (correlation(now, before, 0, 1) + correlation(before, earlier, 1, 2))
    first = ops.clip(first, 0.05, 0.995)
    second = correlation(now, earlier, 0, 2)
    return first, ops.clip(second, 2 * ops.square(first) - 0.99, 0.999 * first)


def _recursion(first, second, steps):
    """Return coefficients (B, steps, bands, 2) and correlations (B, steps, bands)."""
    f1 = first * (1 - second) / (1 - ops.square(first))
    f2 = (second - ops.square(first)) / (1 - ops.square(first))
    one, zero = ops.ones_like(first), ops.zeros_like(first)
    now, before = ops.stack([one, zero], -1), ops.stack([zero, one], -1)
    coefficients = []
    for _ in range(steps):
        now, before = f1[..., None] * now + f2[..., None] * before, now
        coefficients.append(now)
    coefficients = ops.stack(coefficients, axis=1)
    return coefficients, coefficients[..., 0] + first[:, None] * coefficients[..., 1]
