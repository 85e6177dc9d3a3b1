"""Convolutions that start as PyTorch's do, which the published code relies on."""

import keras

from st_keras.cells.initializers import uniform_initializer
from st_keras.cells.pointwise_conv import PointwiseConv2D


def convolution(filters, kernel_size, channels, **kwargs):
    """Return a same-padded `Conv2D` for inputs of `channels` channels."""
    fan_in = kernel_size**2 * channels
    kwargs["kernel_initializer"] = uniform_initializer(fan_in)
    kwargs["bias_initializer"] = uniform_initializer(fan_in)
    if kernel_size == 1:
        return PointwiseConv2D(filters, **kwargs)
    return keras.layers.Conv2D(filters, kernel_size, padding="same", **kwargs)


def depthwise_convolution(kernel_size, **kwargs):
    """Return a same-padded `DepthwiseConv2D`; its fan-in is one channel of the kernel."""
    fan_in = kernel_size**2
    return keras.layers.DepthwiseConv2D(
        kernel_size,
        padding="same",
        depthwise_initializer=uniform_initializer(fan_in),
        bias_initializer=uniform_initializer(fan_in),
        **kwargs,
    )
