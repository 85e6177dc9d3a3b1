"""A 1x1 convolution as the product of matrices that it is."""

import keras
from keras import ops


class PointwiseConv2D(keras.layers.Conv2D):
    """A `Conv2D` with a 1x1 kernel: positions by channels, times channels by filters.

    The same weights and numbers as the convolution; with its gradients it takes two thirds to four
    fifths of the time (`python -m benchmarks leads --only pointwise`).

    Args:
        filters: int.
        **kwargs: of `Conv2D`; no stride, no activation.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(filters, 1, **kwargs)

    def call(self, inputs):
        """Multiply."""
        *batch_and_size, channels = ops.shape(inputs)
        kernel = ops.reshape(self.kernel, (channels, self.filters))
        products = ops.matmul(ops.reshape(inputs, (-1, channels)), kernel)
        if self.use_bias:
            products = ops.add(products, self.bias)
        return ops.reshape(products, (*batch_and_size, self.filters))
