"""A convolution over several inputs side by side: how gates read a frame and a state at once."""

import keras
from keras import ops

from st_keras.cells.initializers import fresh_initializer


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
