"""Same-padded convolutions: over several inputs side by side, 1x1, and as PyTorch starts them."""

import keras
from keras import ops

from st_keras.cells.initializers import fresh_initializer, uniform_initializer
from st_keras.validation import check_int, error


class ConcatenatedConv2D(keras.layers.Conv2D):
    """A same-padded convolution `*` over inputs that are joined along their channels.

        y = W * [x1, x2, ...] + b  =  W1 * x1 + W2 * x2 + ... + b

    One product over all channels runs faster than a sum of several. The kernel starts as the
    kernels of convolutions of their own would: each part from its own fan-in.

    Args:
        filters, kernel_size, **kwargs: as `keras.layers.Conv2D`.

    Call arguments:
        inputs: list of (B, H, W, C_k), of any dtypes.
    """

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(filters, kernel_size, padding="same", **kwargs)

    def build(self, input_shapes):
        """Create kernel and bias for a list of input shapes (B, H, W, C_k)."""
        start, channels = self.kernel_initializer, [shape[-1] for shape in input_shapes]

        def of_parts(shape, dtype=None):
            height, width, _, filters = shape
            parts = [fresh_initializer(start)((height, width, c, filters), dtype) for c in channels]
            return ops.concatenate(parts, axis=2)

        self.kernel_initializer = of_parts
        super().build((*input_shapes[0][:3], sum(channels)))
        self.kernel_initializer = start
        self.input_spec = None  # of one input

    def call(self, inputs):
        """Convolve."""
        inputs = [ops.cast(x, self.compute_dtype) for x in inputs]
        return super().call(ops.concatenate(inputs, axis=-1))


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


def convolution(filters, kernel_size, channels, **kwargs):
    """Return a same-padded `Conv2D` for inputs of `channels` channels, started as PyTorch does.

    The published code of ModeRNN relies on it.
    """
    fan_in = kernel_size**2 * channels
    kwargs["kernel_initializer"] = uniform_initializer(fan_in)
    kwargs["bias_initializer"] = uniform_initializer(fan_in)
    if kernel_size == 1:
        return PointwiseConv2D(filters, **kwargs)
    return keras.layers.Conv2D(filters, kernel_size, padding="same", **kwargs)


def depthwise_convolution(kernel_size, **kwargs):
    """Return such a `DepthwiseConv2D`; its fan-in is one channel of the kernel."""
    fan_in = kernel_size**2
    return keras.layers.DepthwiseConv2D(
        kernel_size,
        padding="same",
        depthwise_initializer=uniform_initializer(fan_in),
        bias_initializer=uniform_initializer(fan_in),
        **kwargs,
    )


def check_kernel_size(where, kernel_size):
    """Return (rows, columns) of an odd int or a pair of odd ints."""
    pair = kernel_size if isinstance(kernel_size, (list, tuple)) else (kernel_size, kernel_size)
    if len(pair) != 2:
        raise error(
            where,
            f"kernel_size={kernel_size!r}",
            "an odd int or a pair of odd ints",
            "Pass kernel_size=5 or kernel_size=(5, 3).",
        )
    pair = tuple(check_int(where, "kernel_size", k, 1) for k in pair)
    if any(k % 2 == 0 for k in pair):
        raise error(
            where,
            f"kernel_size={kernel_size!r}",
            "odd sizes, so that the convolution is centred on its pixel",
            "Pass kernel_size=3 or kernel_size=5.",
        )
    return pair
