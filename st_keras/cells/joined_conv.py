"""Two convolutions whose results are added, as one over their joined inputs."""

from keras import ops

from st_keras.cells.joined_weights import JoinedWeights


class JoinedConv2D(JoinedWeights):
    """The sum of two convolutions as one, where a loop over time has joined the kernels before.

        Wx * x + Wh * h = [Wx; Wh] * [x, h]         joined along the channels that come in

    One product over twice the channels runs faster than two, and there is half as much to be added.
    The kernels are joined once, by who loops over time (`weights_joined`); elsewhere the cell adds.

    Args:
        parts: list of (`keras.layers.Conv2D`, list of slices of its output channels). Biases
            are not added.
    """

    def __init__(self, *parts):
        self.parts = parts

    def join(self):
        """Join the kernels as they are now, in the dtype in which they are used."""
        kernels = []
        for layer, slices in self.parts:
            kernel = ops.cast(ops.convert_to_tensor(layer.kernel), layer.compute_dtype)
            kernels.append(ops.concatenate([kernel[..., each] for each in slices], axis=-1))
        return ops.concatenate(kernels, axis=2)

    def __call__(self, *inputs):
        """Convolve; `inputs` in the order of the parts, each (B, H, W, channels)."""
        kernel = self.tensors
        inputs = [ops.cast(x, kernel.dtype) for x in inputs]
        return ops.conv(ops.concatenate(inputs, axis=-1), kernel, padding="same")
