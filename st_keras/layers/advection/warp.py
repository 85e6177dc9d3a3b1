"""Maps moved along paths."""

import keras
from keras import ops

from st_keras.layers.advection.shape_checks import check_sizes
from st_keras.layers.float32_layer import Float32Layer
from st_keras.ops.bilinear import bilinear_values, nearest_values, share_inside
from st_keras.ops.pixel_places import pixel_places
from st_keras.validation import check_one_of, check_rank

_VALUES = {"bilinear": bilinear_values, "nearest": nearest_values}


@keras.saving.register_keras_serializable(package="st_keras")
class Warp(Float32Layer):
    """Move maps: the value at x becomes that at x - path(x). It has no weights.

    Args:
        interpolation: "bilinear", the default, or "nearest", which is faster.
        **kwargs: `name`, `dtype`. It computes in float32 whatever the policy is.

    Call arguments:
        maps: (B, L, H, W, C).
        paths: (B, L, H, W, 2), pixels, (down, right), such as those of `AdvectionPaths`.

    Returns:
        `(moved, inside)`: (B, L, H, W, C), where a path begins outside the value of the border; and
        (B, L, H, W, 1), which share of the value is from inside.

    Raises:
        ValueError: for another interpolation, maps of another rank, paths of other sizes.

    Example:

    >>> maps = keras.ops.reshape(keras.ops.arange(3.0), (1, 1, 1, 3, 1))
    >>> moved, inside = Warp()(maps, keras.ops.ones((1, 1, 1, 3, 2)) * keras.ops.array([0.0, 1.0]))
    >>> print(keras.ops.convert_to_numpy(keras.ops.stack([moved, inside]))[..., 0, :, 0].squeeze())
    [[0. 0. 1.]
     [0. 1. 1.]]
    """

    def __init__(self, interpolation="bilinear", **kwargs):
        super().__init__(**kwargs)
        self.interpolation = check_one_of("Warp", "interpolation", interpolation, _VALUES)

    def call(self, maps, paths):
        """Move."""
        _check(maps.shape, paths.shape)
        batch, leads, height, width, channels = ops.shape(maps)
        paths = ops.reshape(paths, (-1, height, width, 2))
        rows, columns = pixel_places(paths)
        rows, columns = rows - paths[..., 0], columns - paths[..., 1]
        flat = ops.reshape(maps, (-1, height, width, channels))
        moved = _VALUES[self.interpolation](flat, rows, columns)
        inside = share_inside(rows, columns, height, width)[..., None]
        shape = (batch, leads, height, width)
        return ops.reshape(moved, (*shape, channels)), ops.reshape(inside, (*shape, 1))

    def compute_output_shape(self, maps_shape, paths_shape):
        """As the maps, and one share for each pixel."""
        _check(maps_shape, paths_shape)
        return tuple(maps_shape), (*maps_shape[:-1], 1)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "interpolation": self.interpolation}


def _check(maps_shape, paths_shape):
    """Raise `ValueError` unless there is a path for each pixel."""
    check_rank("Warp", "maps", maps_shape, ("B", "L", "H", "W", "C"))
    axes, sizes = ("B", "L", "H", "W", "2"), (*maps_shape[:4], 2)
    check_sizes("Warp", "paths", paths_shape, axes, sizes)
