"""The convolutional decoder of SlowVAE: a code to an image, the encoder mirrored."""

import math

import keras
from keras import initializers, layers, ops

from st_keras.models.slowvae.encoder import FILTERS, HIDDEN, REDUCTION, kaiming_normal

KERNEL_SIZE = 4


class ConvolutionalDecoder(keras.layers.Layer):
    """One dense layer, and five transposed convolutions with 4x4 kernels.

        (N, latents) -> (N, 256) -> (N, H/16, W/16, 64) -> 64 -> 32 -> 32 -> C maps -> (N, H, W, C)

    Args:
        image_shape: `(H, W, C)`, H and W multiples of 16.
        **kwargs: `name`, `dtype`.

    Call arguments:
        codes: (N, latents).

    Returns:
        (N, H, W, C) in the compute dtype: logits for a Bernoulli likelihood, else means.

    Initialised as the reference code initialises it: Kaiming for the dense layer, PyTorch's default
    U(-b, b), b = 1 / sqrt(16 maps out), for transposed convolutions and their biases.
    """

    def __init__(self, image_shape, **kwargs):
        super().__init__(**kwargs)
        self.image_shape = tuple(image_shape)

    def build(self, codes_shape):
        """Create all weights for codes (N, latents)."""
        height, width, channels = self.image_shape
        rest = (height // REDUCTION, width // REDUCTION)
        self.hidden = layers.Dense(
            HIDDEN,
            activation="relu",
            kernel_initializer=kaiming_normal(),
            dtype=self.dtype_policy,
            name="hidden",
        )
        maps = FILTERS[::-1]
        self.convolutions = [self._transposed(0, maps[0], rest, "relu", padding="valid")]
        for i, filters in enumerate((*maps[1:], channels), start=1):
            activation = None if i == len(maps) else "relu"
            self.convolutions.append(
                self._transposed(i, filters, KERNEL_SIZE, activation, strides=2, padding="same")
            )
        self.hidden.build(codes_shape)
        shape = (None, 1, 1, HIDDEN)
        for convolution in self.convolutions:
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
        self.built = True

    def call(self, codes):
        """Decode codes."""
        x = ops.reshape(self.hidden(codes), (-1, 1, 1, HIDDEN))
        for convolution in self.convolutions:
            x = convolution(x)
        return x

    def _transposed(self, i, filters, kernel_size, activation, **kwargs):
        area = math.prod(kernel_size) if isinstance(kernel_size, tuple) else kernel_size**2
        bound = 1.0 / math.sqrt(filters * area)
        # VarianceScaling sees a kernel (h, w, out, in) and counts `out` as fan in, as PyTorch does.
        return layers.Conv2DTranspose(
            filters,
            kernel_size,
            activation=activation,
            kernel_initializer=initializers.VarianceScaling(1 / 3, "fan_in", "uniform"),
            bias_initializer=initializers.RandomUniform(-bound, bound),
            dtype=self.dtype_policy,
            name=f"conv_transpose_{i}",
            **kwargs,
        )
