"""Transposed strided convolutions from maps back to frames."""

import keras
from keras import ops

from st_keras.cells.convolutions import check_kernel_size
from st_keras.cells.initializers import PUBLISHED_INITIALIZER, fresh_initializer
from st_keras.layers.frame_encoder import check_filters, on_each_frame
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class FrameDecoder(keras.layers.Layer):
    """Double maps once per entry of `filters`, by transposed convolutions of stride 2.

        y_1 = W_1 *T (features + skips[-1])     y_2 = W_2 *T (y_1 + skips[-2])     ...

    The counterpart of `FrameEncoder`: linear, no bias, padding k // 2, and with the filters of an
    encoder in reverse the transposed map of it. The last convolution computes in the variable
    dtype: frames are float32 also under mixed precision.

    Args:
        filters: tuple of ints, channels after each convolution; the last one is the number of
            channels of the frames.
        kernel_size: odd int or pair of odd ints k. Default 5.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        features: (..., H, W, F). Any leading axes, as `FrameEncoder`.
        skips: list of tensors that are added before the convolutions, the largest first, as
            `FrameEncoder(...)(frames, return_all=True)` returns them. Default: none.

    Returns:
        (..., H * 2 ** n, W * 2 ** n, filters[-1]) in the variable dtype, n = len(filters).

    Raises:
        ValueError: for an empty `filters`, an entry below 1, an even `kernel_size`, or another
            number of skips than convolutions.

    Source: the output convolutions and residual connections of the action-conditioned PredRNN
    (`res_on_conv` in the reference code).

    Example:

    >>> FrameDecoder((32, 3))(keras.Input((10, 16, 12, 64))).shape
    (None, 10, 64, 48, 3)
    """

    def __init__(self, filters, kernel_size=5, **kwargs):
        super().__init__(**kwargs)
        self.filters = check_filters("FrameDecoder", filters)
        self.kernel_size = check_kernel_size("FrameDecoder", kernel_size)
        last = len(self.filters) - 1
        self.convolutions = [
            keras.layers.Conv2DTranspose(
                width,
                self.kernel_size,
                strides=2,
                padding="valid",  # `call` cuts
                use_bias=False,
                kernel_initializer=fresh_initializer(PUBLISHED_INITIALIZER),
                dtype=self.variable_dtype if k == last else self.dtype_policy,
                name=f"conv_{k}",
            )
            for k, width in enumerate(self.filters)
        ]

    def build(self, features_shape):
        """Create all kernels for features (..., H, W, F)."""
        channels = features_shape[-1]
        for convolution in self.convolutions:
            convolution.build((None, None, None, channels))
            channels = convolution.filters
        self.built = True

    def call(self, features, skips=None):
        """Convolve."""
        count = len(self.convolutions)
        if skips is not None and len(skips) != count:
            raise error(
                "FrameDecoder",
                f"{len(skips)} skip(s)",
                f"{count}, one per convolution",
                "Pass what FrameEncoder(...)(frames, return_all=True) returns.",
            )
        x = features
        for k, convolution in enumerate(self.convolutions):
            if skips is not None:
                x = x + skips[count - 1 - k]
            x = on_each_frame(lambda y, conv=convolution: self._doubled(conv, y), x)
        return x

    def get_config(self):
        """Return every constructor argument."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }

    def _doubled(self, convolution, images):
        # The full result starts k // 2 pixels before the image and is long enough behind it.
        height, width = ops.shape(images)[1:3]
        top, left = (k // 2 for k in self.kernel_size)
        full = convolution(images)
        return full[:, top : top + 2 * height, left : left + 2 * width]
