"""The weights of a cell as tensors: read and cast once, before the loop, not in every step."""

import contextlib

import keras
from keras import ops

from st_keras.cells.joined_weights import JoinedWeights, joined_weights, tensors_given


def loop_weights(cell):
    """Return `(variables, tensors)` of all floating-point weights of a cell.

    Each tensor has the dtype in which its layer computes: under mixed precision the kernels of a
    convolution are cast here, once, and those of a float32 layer stay as they are. After the
    variables come the `JoinedWeights` that the cells have, with their tensors.
    """
    owners = {}
    for layer in cell._flatten_layers():  # from the outside in: the innermost owner is the last
        owners.update({id(variable): (variable, layer) for variable in layer.weights})
    variables, tensors = [], []
    for variable, layer in owners.values():
        if not keras.backend.is_float_dtype(variable.dtype):
            continue
        tensor = ops.copy(variable.value)  # a tensor, where a conversion would leave a variable
        variables.append(variable)
        tensors.append(ops.cast(tensor, layer.compute_dtype) if layer.autocast else tensor)
    joined = joined_weights(cell)
    return [*variables, *joined], [*tensors, *(each.join() for each in joined)]


@contextlib.contextmanager
def weights_replaced(variables, tensors):
    """Let layers read `tensors` in place of `variables`."""
    scope = keras.StatelessScope(initialize_variables=False)
    joined = {}
    for variable, tensor in zip(variables, tensors, strict=True):
        if isinstance(variable, JoinedWeights):
            joined[variable] = tensor
        else:
            scope.add_update((variable, tensor))  # a state_mapping would cast it back
    with scope, tensors_given(joined.keys(), joined.values()):
        yield
