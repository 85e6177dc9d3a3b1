"""Strided convolutions from frames to smaller maps."""

import keras
from keras import ops

from st_keras.cells.convolutions import check_kernel_size
from st_keras.cells.initializers import PUBLISHED_INITIALIZER, fresh_initializer
from st_keras.validation import check_divisible, check_int, error


@keras.saving.register_keras_serializable(package="st_keras")
class FrameEncoder(keras.layers.Layer):
    """Halve frames once per entry of `filters`, by convolutions of stride 2.

        x_1 = W_1 * frames      x_2 = W_2 * x_1     ...       linear, no bias, padding k // 2

    Linear maps one after the other: the nonlinearity is in the cells that read them.

    Args:
        filters: tuple of ints, channels after each convolution.
        kernel_size: odd int or pair of odd ints k. Default 5.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        frames: (..., H, W, C), H and W divisible by 2 ** len(filters). Any leading axes: (B,) in a
            cell, (B, T) for whole sequences.
        return_all: bool. Return the outputs of all convolutions, the largest first, which
            `FrameDecoder` takes as `skips`. Default False: the last one.

    Returns:
        (..., H / 2 ** n, W / 2 ** n, filters[-1]) in the compute dtype, or a list of n tensors.

    Raises:
        ValueError: for an empty `filters`, an entry below 1, an even `kernel_size`, frames whose
            H or W cannot be halved that often.

    Source: the input convolutions of the action-conditioned PredRNN (`conv_on_input` in the
    reference code). "same" in TensorFlow pads an even size by k // 2 - 1 in front, not by k // 2.

    Example:

    >>> FrameEncoder((32, 64))(keras.Input((10, 64, 48, 3))).shape
    (None, 10, 16, 12, 64)
    """

    def __init__(self, filters, kernel_size=5, **kwargs):
        super().__init__(**kwargs)
        self.filters = check_filters("FrameEncoder", filters)
        self.kernel_size = check_kernel_size("FrameEncoder", kernel_size)
        self.convolutions = [
            keras.layers.Conv2D(
                width,
                self.kernel_size,
                strides=2,
                padding="valid",  # `call` pads
                use_bias=False,
                kernel_initializer=fresh_initializer(PUBLISHED_INITIALIZER),
                dtype=self.dtype_policy,
                name=f"conv_{k}",
            )
            for k, width in enumerate(self.filters)
        ]

    def build(self, frames_shape):
        """Create all kernels for frames (..., H, W, C)."""
        channels = frames_shape[-1]
        for convolution in self.convolutions:
            convolution.build((None, None, None, channels))
            channels = convolution.filters
        self.built = True

    def call(self, frames, return_all=False):
        """Convolve."""
        for axis, size in zip(("H", "W"), frames.shape[-3:-1], strict=True):
            reduction = 2 ** len(self.filters)
            check_divisible("FrameEncoder", axis, size, "the reduction", reduction)
        outputs, x = [], frames
        for convolution in self.convolutions:
            x = on_each_frame(lambda y, conv=convolution: conv(self._padded(y)), x)
            outputs.append(x)
        return outputs if return_all else x

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }

    def _padded(self, frames):
        rows, columns = (k // 2 for k in self.kernel_size)
        return ops.pad(frames, ((0, 0), (rows, rows), (columns, columns), (0, 0)))


def on_each_frame(function, frames):
    """Apply a function of images (N, H, W, C) to frames (..., H, W, C)."""
    if len(frames.shape) == 4:
        return function(frames)
    leading, image_shape = ops.shape(frames)[:-3], ops.shape(frames)[-3:]
    results = function(ops.reshape(frames, (-1, *image_shape)))
    return ops.reshape(results, (*leading, *ops.shape(results)[1:]))


def check_filters(where, filters):
    """Return `filters` as a tuple of ints, one per convolution, or raise `ValueError`."""
    if not isinstance(filters, (list, tuple)) or not filters:
        raise error(
            where,
            f"filters={filters!r}",
            "one int per convolution",
            "Pass for example filters=(32, 64).",
        )
    return tuple(check_int(where, "filters", width, 1) for width in filters)
