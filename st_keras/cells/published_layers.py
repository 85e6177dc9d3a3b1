"""Convolutions and dense layers that start as PyTorch's do, which the published code relies on."""

import math

import keras

from st_keras.cells.pointwise_conv import PointwiseConv2D


class Dense(keras.layers.Dense):
    """Keras' `Dense`, not to be quantized: its weights are read by others (`JoinedWeights`).

    Of this name: the layers of a list are saved under that of their class.
    """

    def quantize(self, *args, **kwargs):
        """Refuse, as convolutions do: `Model.quantize` warns and leaves the layer as it is."""
        raise NotImplementedError(
            f"Layer {self.name} of ModeRNN stays as it is: quantization is not implemented for it."
        )


def uniform_initializer(fan_in):
    """Return U(-1/sqrt(fan_in), 1/sqrt(fan_in)), PyTorch's start of kernels and biases alike."""
    limit = 1 / math.sqrt(fan_in)
    return keras.initializers.RandomUniform(-limit, limit)


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


def dense(units, channels, **kwargs):
    """Return a `Dense` layer for inputs of `channels` channels."""
    return Dense(
        units,
        kernel_initializer=uniform_initializer(channels),
        bias_initializer=uniform_initializer(channels),
        **kwargs,
    )
