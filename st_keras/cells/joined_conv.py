"""Two convolutions whose results are added, as one over their joined inputs."""

import contextlib
import threading

from keras import ops

_ACTIVE = threading.local()  # replicas trace in threads of their own


class JoinedConv2D:
    """The sum of two convolutions as one, where a loop over time has joined the kernels before.

        Wx * x + Wh * h = [Wx; Wh] * [x, h]         joined along the channels that come in

    One product over twice the channels runs faster than two, and there is half as much to be added.
    The kernels are joined once, by who loops over time (`kernels_joined`); elsewhere the cell adds.

    Args:
        parts: list of (`keras.layers.Conv2D`, list of slices of its output channels). Biases
            are not added.
    """

    def __init__(self, *parts):
        self.parts = parts

    def joined_kernel(self):
        """Join the kernels as they are now, in the dtype in which they are used."""
        kernels = []
        for layer, slices in self.parts:
            kernel = ops.cast(ops.convert_to_tensor(layer.kernel), layer.compute_dtype)
            kernels.append(ops.concatenate([kernel[..., each] for each in slices], axis=-1))
        return ops.concatenate(kernels, axis=2)

    @property
    def given(self):
        """Whether a loop has given the kernel."""
        return id(self) in getattr(_ACTIVE, "kernels", {})

    def __call__(self, *inputs):
        """Convolve; `inputs` in the order of the parts, each (B, H, W, channels)."""
        kernel = _ACTIVE.kernels[id(self)]
        inputs = [ops.cast(x, kernel.dtype) for x in inputs]
        return ops.conv(ops.concatenate(inputs, axis=-1), kernel, padding="same")


def joined_convolutions(cell):
    """Return all `JoinedConv2D` of a cell and of those inside it."""
    return [conv for layer in cell._flatten_layers() for conv in getattr(layer, "joined", ())]


@contextlib.contextmanager
def kernels_joined(cell):
    """Join the kernels of a cell, and of those inside it, for all calls in this context.

    Those that are given already stay: who traces a graph can join them once for all its calls.
    """
    found = [each for each in joined_convolutions(cell) if not each.given]
    with kernels_given(found, [each.joined_kernel() for each in found]):
        yield


@contextlib.contextmanager
def kernels_given(convolutions, kernels):
    """Let these joined convolutions use these kernels inside."""
    outer = getattr(_ACTIVE, "kernels", {})
    found = {id(each): kernel for each, kernel in zip(convolutions, kernels, strict=True)}
    _ACTIVE.kernels = {**outer, **found}
    try:
        yield
    finally:
        _ACTIVE.kernels = outer
