"""The convolutional encoder of SlowVAE: an image to the mean and log-variance of its code."""

import keras
from keras import initializers, layers, ops

from st_keras.validation import check_divisible

# Maps of the convolutions of stride 2, as published; the decoder mirrors them.
FILTERS = (32, 32, 64, 64)
REDUCTION = 2 ** len(FILTERS)
HIDDEN = 256


def kaiming_normal():
    """Return an initializer N(0, 2 / fan_in), a new one for each weight."""
    # `kaiming_normal_` of PyTorch; Keras' he_normal cuts the tails off.
    return initializers.VarianceScaling(2.0, "fan_in", "untruncated_normal")


def check_image_shape(where, image_shape):
    """Raise `ValueError` unless H and W can be halved as often as the network does."""
    for axis, size in zip(("H", "W"), image_shape[:2], strict=True):
        check_divisible(where, axis, size, "the reduction", REDUCTION)


class ConvolutionalEncoder(keras.layers.Layer):
    """Four 4x4 convolutions of stride 2, one over all that is left, one dense layer.

        (N, H, W, C) -> 32 -> 32 -> 64 -> 64 maps -> (N, 256) -> (N, 2 latents)

    Args:
        latent_size: int.
        **kwargs: `name`, `dtype`.

    Call arguments:
        images: (N, H, W, C), H and W multiples of 16.

    Returns:
        `(mean, log_var)`: two tensors (N, latents) in the compute dtype.
    """

    def __init__(self, latent_size, **kwargs):
        super().__init__(**kwargs)
        self.latent_size = latent_size

    def build(self, images_shape):
        """Create all weights for images (N, H, W, C)."""
        check_image_shape("ConvolutionalEncoder", images_shape[1:])
        shared = {"kernel_initializer": kaiming_normal, "dtype": self.dtype_policy}
        self.convolutions = [
            _conv(filters, 4, **shared, strides=2, padding="same", name=f"conv_{i}")
            for i, filters in enumerate(FILTERS)
        ]
        rest = tuple(size // REDUCTION for size in images_shape[1:3])
        self.convolutions.append(_conv(HIDDEN, rest, **shared, name=f"conv_{len(FILTERS)}"))
        self.moments = layers.Dense(
            2 * self.latent_size,
            kernel_initializer=kaiming_normal(),
            dtype=self.dtype_policy,
            name="moments",
        )
        shape = tuple(images_shape)
        for convolution in self.convolutions:
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
        self.moments.build((None, HIDDEN))
        self.built = True

    def call(self, images):
        """Encode images."""
        x = images
        for convolution in self.convolutions:
            x = convolution(x)
        moments = self.moments(ops.reshape(x, (-1, HIDDEN)))
        return moments[:, : self.latent_size], moments[:, self.latent_size :]


def _conv(filters, kernel_size, kernel_initializer, **kwargs):
    return layers.Conv2D(
        filters, kernel_size, activation="relu", kernel_initializer=kernel_initializer(), **kwargs
    )
