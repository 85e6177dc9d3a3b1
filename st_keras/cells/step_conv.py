"""`StepConv2D`: a convolution that is called once per time step, and by whom it is noted."""

import contextlib
import threading

import keras
from keras import ops

_ACTIVE = threading.local()  # replicas trace in threads of their own


@keras.saving.register_keras_serializable(package="st_keras")
class StepConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` whose kernel gradient may be computed for many time steps at once.

    The gradient of a kernel that is used in T time steps is the sum of T small products. Where the
    calls are noted (`noted_convolutions`), the kernel counts as a constant; who notes them makes
    one large product of all inputs and all output gradients instead.

        dL/dkernel = sum over t of  input_t (*) dL/doutput_t
                   = [input_1 ... input_T] (*) [dL/doutput_1 ... dL/doutput_T]   along the batch

    Nowhere else does it differ from its base class.
    """

    def convolution_op(self, inputs, kernel):
        """Convolve, and note the call where calls are noted."""
        return note_call(self, inputs, kernel, super().convolution_op)


def note_call(layer, inputs, kernel, convolve):
    """Return `convolve(inputs, kernel)`; where calls are noted, note it, the kernel a constant."""
    notes = getattr(_ACTIVE, "notes", None)
    if notes is None:
        return convolve(inputs, kernel)
    outputs = convolve(inputs, ops.stop_gradient(ops.convert_to_tensor(kernel)))
    if notes.tap is not None:
        outputs = notes.tap(outputs)
    notes.calls.append((layer, inputs, outputs))
    return outputs


class _Notes:
    def __init__(self, tap):
        self.tap, self.calls = tap, []


@contextlib.contextmanager
def noted_convolutions(tap=None):
    """Note the calls of all `StepConv2D` inside.

    Args:
        tap: function of the outputs of a call, which returns what the layer goes on with.
            Default: the outputs themselves.

    Yields:
        The list of `(layer, inputs, outputs)`, in the order of the calls.
    """
    outer = getattr(_ACTIVE, "notes", None)
    _ACTIVE.notes = _Notes(tap)
    try:
        yield _ACTIVE.notes.calls
    finally:
        _ACTIVE.notes = outer
