"""The small U-Net that sees what motion and the persistence of scales leave over."""

import keras
from keras import ops

from st_keras.ops.pooled_maps import enlarge_maps, pool_maps
from st_keras.ops.silu import silu

DEEPEST = 16  # maps have to be divisible by it


@keras.saving.register_keras_serializable(package="st_keras")
class ResidualUNet(keras.layers.Layer):
    """Convolutions on 1, 1/2, ..., 1/16 of the size, and back with skips; no normalisation.

    Args:
        filters: tuple of 5 ints, the widths from the full size down. Default (12, 32, 48, 64, 64).
        output_filters: int, of the full size on the way back. Default 20.
        **kwargs: `name`, `dtype`.

    Call arguments:
        frames, valid: (B, H, W, T), see `LagrangianState`; H and W multiples of 16.
        maps: (B, H, W, C), what else is known.

    Returns:
        (B, H, W, output_filters).

    Example:

    >>> frames = ops.ones((2, 32, 48, 6))
    >>> ResidualUNet((4, 4, 4, 4, 4))(frames, frames, frames).shape
    TensorShape([2, 32, 48, 20])
    """

    def __init__(self, filters=(12, 32, 48, 64, 64), output_filters=20, **kwargs):
        super().__init__(**kwargs)
        self.filters = tuple(filters)
        self.output_filters = output_filters
        own = self.dtype_policy

        def convolution(width, size, name, activation=silu):
            return keras.layers.Conv2D(
                width, size, padding="same", activation=activation, dtype=own, name=name
            )

        self.down = [convolution(self.filters[0], 3, "full")]
        for level, width in enumerate(self.filters[1:], 1):
            pair = [convolution(width, 3, f"down_{level}_{k}") for k in range(2)]
            self.down.append(keras.Sequential(pair, name=f"down_{level}"))
        widths = (output_filters, *self.filters[1:-1])
        self.narrow = [
            convolution(max(width, self.filters[i]), 1, f"narrow_{i}", None)
            for i, width in enumerate(widths)
        ]
        self.up = [convolution(width, 3, f"up_{i}") for i, width in enumerate(widths)]

    def build(self, frames_shape, valid_shape, maps_shape):
        """Create all weights."""
        shape, levels = tuple(frames_shape[:3]), []
        channels = frames_shape[-1] + valid_shape[-1] + maps_shape[-1]
        for layer, width in zip(self.down, self.filters, strict=True):
            layer.build((*shape, channels))
            channels = width
            levels.append(channels)
        for i in reversed(range(len(self.up))):
            self.narrow[i].build((*shape, channels))
            joined = self.narrow[i].filters + levels[i]
            self.up[i].build((*shape, joined))
            channels = self.up[i].filters
        self.built = True

    def call(self, frames, valid, maps):
        """Down and up."""
        maps = ops.cast(ops.concatenate([frames, valid, maps], axis=-1), self.compute_dtype)
        levels = []
        for i, layer in enumerate(self.down):
            maps = layer(maps if i == 0 else pool_maps(maps, 2))
            levels.append(maps)
        for i in reversed(range(len(self.up))):
            wide = enlarge_maps(self.narrow[i](maps), 2)
            maps = self.up[i](ops.concatenate([wide, levels[i]], axis=-1))
        return maps

    def compute_output_shape(self, frames_shape, valid_shape, maps_shape):
        """The size of the frames."""
        return (*frames_shape[:3], self.output_filters)

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "output_filters": self.output_filters,
        }
