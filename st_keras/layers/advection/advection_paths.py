"""Where the air of each pixel comes from."""

import keras
from keras import ops

from st_keras.layers.advection.shape_checks import check_multiples, check_sizes
from st_keras.layers.float32_layer import Float32Layer
from st_keras.ops.bilinear import bilinear_values
from st_keras.ops.pixel_places import pixel_places
from st_keras.ops.pooled_maps import enlarge_maps, pool_maps
from st_keras.validation import check_int

_POOLING = 2  # motion is smooth: paths are followed on a grid of half the size


@keras.saving.register_keras_serializable(package="st_keras")
class AdvectionPaths(Float32Layer):
    """Follow a steady motion back in time (semi-Lagrangian). It has no weights.

        d(0) = 0        d(l + 1) = d(l) + V(x - d(l) - V(x - d(l)) / 2)

    The value at x, l steps later, is that at x - d(l). Outside of the frame the motion is that of
    its border.

    Args:
        **kwargs: `name`, `dtype`. It computes in float32 whatever the policy is.

    Call arguments:
        motion: (B, H, W, 2), pixels per step, (down, right), of `SteadyMotion`. H and W are even.
        steps: int >= 1.

    Returns:
        (B, steps, H, W, 2): d(1), ..., d(steps), pixels, (down, right).

    Raises:
        ValueError: for a motion of another rank or of odd sizes, and steps below 1.

    Example:

    >>> motion = keras.ops.ones((1, 8, 8, 2))
    >>> print(keras.ops.convert_to_numpy(AdvectionPaths()(motion, steps=3))[0, :, 4, 4, 0])
    [1. 2. 3.]

    References: [1] Germann and Zawadzki (2002) Scale-dependence of the predictability of
    precipitation from continental radar images, Part I. Monthly Weather Review 130.
    """

    def call(self, motion, steps):
        """Follow."""
        steps = _checked_steps(motion.shape, steps)
        velocity = pool_maps(motion, _POOLING) / _POOLING
        rows, columns = pixel_places(velocity)

        def at(path):
            return bilinear_values(velocity, rows - path[..., 0], columns - path[..., 1])

        def further(path, _):
            path = path + at(path + 0.5 * at(path))
            return path, path

        _, paths = ops.scan(further, ops.zeros_like(velocity), length=steps)
        _, height, width, _ = ops.shape(velocity)
        paths = ops.reshape(ops.moveaxis(paths, 0, 1), (-1, height, width, 2))
        paths = _POOLING * enlarge_maps(paths, _POOLING)
        return ops.reshape(paths, (-1, steps, _POOLING * height, _POOLING * width, 2))

    def compute_output_shape(self, motion_shape, steps):
        """A path for each step."""
        steps = _checked_steps(motion_shape, steps)
        return (motion_shape[0], steps, *motion_shape[1:])

    def compute_output_spec(self, motion, steps):
        """As `compute_output_shape`, to which Keras itself would pass shapes alone."""
        shape = self.compute_output_shape(motion.shape, steps)
        return keras.KerasTensor(shape, self.compute_dtype)


def _checked_steps(motion_shape, steps):
    """Return `steps`, an int, if paths can be followed."""
    where = "AdvectionPaths"
    check_sizes(where, "motion", motion_shape, ("B", "H", "W", "2"), (None, None, None, 2))
    check_multiples(where, "motion", motion_shape, _POOLING)
    return check_int(where, "steps", steps, 1)
