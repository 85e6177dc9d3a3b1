"""The weights of a cell as tensors: read and cast once, before the loop, not in every step."""

import contextlib

import keras
from keras import ops

from st_keras.private_api import flatten_layers


def all_weights(cell):
    """Return `(variables, tensors)` of all floating-point weights of a cell.

    Each tensor has the dtype in which its layer computes: under mixed precision the kernels of a
    convolution are cast here, once, and those of a float32 layer stay as they are.
    """
    return _read(cell, lambda layer: True)


def cast_weights(cell):
    """Return `(variables, tensors)` of the weights that layers of a cell cast when they compute.

    None without mixed precision. A loop that reads the tensors casts once; training would else keep
    a cast copy of every kernel for every step: 2.9 MB a layer and step in an ST-LSTM of width 64
    with 5x5 kernels, 220 MB in four layers over 19 steps.
    """
    return _read(cell, _casts)


def casts_weights(cell):
    """Return whether there are any such weights."""
    return any(_casts(layer) and layer.weights for layer in flatten_layers(cell))


def _casts(layer):
    return layer.autocast and layer.compute_dtype != layer.variable_dtype


def _read(cell, wanted):
    owners = {}
    for layer in flatten_layers(cell):  # from the outside in: the innermost owner is the last
        owners.update({id(variable): (variable, layer) for variable in layer.weights})
    owned = [
        (variable, layer)
        for variable, layer in owners.values()
        if keras.backend.is_float_dtype(variable.dtype) and wanted(layer)
    ]
    variables = [variable for variable, _ in owned]
    stored = _AsStored(variables)(ops.zeros(())) if variables else []
    tensors = [
        ops.cast(tensor, layer.compute_dtype) if layer.autocast else tensor
        for tensor, (_, layer) in zip(stored, owned, strict=True)
    ]
    return variables, tensors


class _AsStored(keras.layers.Layer):
    """Read variables in the dtype they are stored in.

    Keras casts whatever is read inside a layer of mixed precision that is called first; a layer
    without `autocast` inside it reads what is there.
    """

    def __init__(self, variables):
        super().__init__(autocast=False, name="as_stored")
        self._read = lambda: [ops.copy(variable.value) for variable in variables]

    def call(self, _):
        return self._read()


@contextlib.contextmanager
def weights_replaced(variables, tensors):
    """Let layers read `tensors` in place of `variables`; yield the scope that holds them."""
    if not variables:
        yield None
        return
    scope = keras.StatelessScope(initialize_variables=False)
    for variable, tensor in zip(variables, tensors, strict=True):
        scope.add_update((variable, tensor))  # a state_mapping would cast it back
    with scope:
        yield scope
