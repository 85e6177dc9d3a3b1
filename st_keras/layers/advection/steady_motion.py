"""Motion of rain, from the frames alone."""

import keras
from keras import ops

from st_keras.layers.advection.shape_checks import check_multiples, check_sizes
from st_keras.layers.float32_layer import Float32Layer
from st_keras.ops.bilinear import bilinear_values, share_inside
from st_keras.ops.gaussian_blur import gaussian_blur, masked_blur
from st_keras.ops.pixel_places import pixel_places
from st_keras.ops.pooled_maps import enlarge_maps, pool_maps, pool_valid
from st_keras.validation import check_number, check_rank, error

# Pooling, window, blur before pooling, all in pixels of the frames, and iterations: from large and
# coarse to small and fine.
_STAGES = (
    (16, 96.0, 8.0, 2),
    (8, 48.0, 4.0, 2),
    (4, 24.0, 2.0, 3),
    (2, 12.0, 1.5, 2),
    (2, 8.0, 1.2, 2),
    (1, 6.0, 0.7, 1),
)
_FEWEST_PIXELS = 24  # of a coarse grid; the stages that would have fewer are left out
_LARGEST_STEP = 4.0  # pixels of the frames, in one iteration
_LITTLE = 1e-9


@keras.saving.register_keras_serializable(package="st_keras")
class SteadyMotion(Float32Layer):
    """One motion field that explains all pairs of neighbouring frames. It has no weights.

    Optical flow by windowed least squares (Lucas and Kanade 1981), dense, over all pairs at once,
    from coarse to fine grids. In each iteration the earlier frame of each pair is moved by V, and
    with the gradient g of the mean of both, their difference e = later - moved, and the means < >
    over pairs and a Gaussian window:

        (<g g'> + r I) dV = -<g e> - r (V - V of the coarser stage)
        r = regularization * mean over the frame of the trace of <g g'>

    Where there is nothing to see the motion is that of the coarser stage, at last 0.

    Args:
        regularization: float > 0, see above. Default 0.1.
        **kwargs: `name`, `dtype`. It computes in float32 whatever the policy is.

    Call arguments:
        frames: (B, H, W, T), T >= 2, on a scale on which rain rates of all sizes count, such as
            their logarithm. H and W multiples of 16; `Nowcaster` pads.
        valid: (B, H, W, T), 1 where a frame has data, 0 where not.

    Returns:
        (B, H, W, 2): pixels per step, (down, right).

    Raises:
        ValueError: for a regularization that is not positive, frames that are fewer than two or
            whose H or W is no multiple of 16, `valid` of another shape.

    Example:

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> field = keras.ops.convert_to_numpy(gaussian_blur(rng.normal(size=(1, 64, 64, 1)), 3.0))
    >>> frames = np.concatenate([np.roll(field, k, axis=2) for k in range(4)], -1).astype("float32")
    >>> motion = SteadyMotion()(frames, np.ones_like(frames))
    >>> print(keras.ops.convert_to_numpy(motion)[0, 32, 32].round(1) + 0.0)
    [0. 1.]
    """

    def __init__(self, regularization=0.1, **kwargs):
        super().__init__(**kwargs)
        where = "SteadyMotion"
        self.regularization = check_number(where, "regularization", regularization, 1e-6)

    def call(self, frames, valid):
        """Track."""
        _check(frames.shape, valid.shape)
        coarse = _STAGES[0][0]
        motion = ops.zeros_like(pool_maps(frames[..., :2], coarse))
        for pooling, window, blur, iterations in _STAGES:
            motion = enlarge_maps(motion, coarse // pooling)
            coarse = pooling

            def track(before=motion, pooling=pooling, window=window, blur=blur, n=iterations):
                seen, share = pool_valid(frames, valid, pooling)
                # Pooling has blurred already: the variance of a mean of `pooling` pixels.
                variance = (blur**2 - (pooling**2 - 1) / 12) / pooling**2
                seen = masked_blur(seen, share, variance**0.5)
                whole = ops.cast(share > 0.5, frames.dtype)
                return self._stage(seen, whole, before, window / pooling, pooling, n)

            motion = _where_large_enough(motion, track)
        return motion

    def _stage(self, frames, valid, motion, window, pooling, iterations):
        """Return the motion, in pixels of the frames, on one coarse grid."""
        valid = _eroded(valid)
        earlier, later = frames[..., :-1], frames[..., 1:]
        both, pairs = ops.concatenate([earlier, valid[..., :-1]], -1), later.shape[-1]
        before = motion
        for _ in range(iterations):
            step = motion / pooling
            rows, columns = pixel_places(step)
            rows, columns = rows - step[..., 0], columns - step[..., 1]
            moved = bilinear_values(both, rows, columns)
            inside = share_inside(rows, columns, *ops.shape(frames)[1:3])[..., None]
            weight = moved[..., pairs:] * valid[..., 1:] * inside
            moved = moved[..., :pairs]
            down, right = _gradient(0.5 * (moved + later))
            error = later - moved
            products = [down * down, down * right, right * right, down * error, right * error]
            products = ops.stack([ops.sum(weight * each, axis=-1) for each in products], axis=-1)
            dd, dr, rr, de, re = ops.split(gaussian_blur(products, window), 5, axis=-1)
            kept = self.regularization * ops.mean(dd + rr, axis=(1, 2), keepdims=True) + _LITTLE
            back = (motion - before) / pooling
            de, re = de + kept * back[..., :1], re + kept * back[..., 1:]
            dd, rr = dd + kept, rr + kept
            determinant = dd * rr - dr * dr
            change = ops.concatenate([dr * re - rr * de, dr * de - dd * re], -1) / determinant
            motion = motion + ops.clip(pooling * change, -_LARGEST_STEP, _LARGEST_STEP)
        return motion

    def compute_output_shape(self, frames_shape, valid_shape):
        """One vector for each pixel."""
        _check(frames_shape, valid_shape)
        return (*frames_shape[:3], 2)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "regularization": self.regularization}


def _check(frames_shape, valid_shape):
    """Raise `ValueError` for shapes that cannot be tracked."""
    where, axes = "SteadyMotion", ("B", "H", "W", "T")
    check_rank(where, "frames", frames_shape, axes)
    if (frames_shape[-1] or 0) < 2:
        raise error(
            where,
            f"frames of shape {tuple(frames_shape)}, T={frames_shape[-1]}",
            "a T of at least 2, known from the start: axes (B, H, W, T)",
            "Give it two frames or more, time last.",
        )
    check_sizes(where, "valid", valid_shape, axes, frames_shape)
    check_multiples(where, "frames", frames_shape, _STAGES[0][0])


def _where_large_enough(motion, track):
    """Return what `track` finds on grids of enough pixels, on others the motion as it is."""
    sizes = motion.shape[1:3]
    if None not in sizes:
        return track() if min(sizes) >= _FEWEST_PIXELS else motion
    height, width = ops.shape(motion)[1:3]
    return ops.cond(ops.minimum(height, width) >= _FEWEST_PIXELS, track, lambda: motion)


def _eroded(valid):
    """A gradient is known where the neighbours are."""
    return 1.0 - ops.max_pool(
        1.0 - valid, 3, strides=1, padding="same", data_format="channels_last"
    )


def _gradient(maps):
    """Central differences (down, right); 0 at the border."""
    down = 0.5 * (maps[:, 2:] - maps[:, :-2])
    right = 0.5 * (maps[:, :, 2:] - maps[:, :, :-2])
    return (
        ops.pad(down, ((0, 0), (1, 1), (0, 0), (0, 0))),
        ops.pad(right, ((0, 0), (0, 0), (1, 1), (0, 0))),
    )
