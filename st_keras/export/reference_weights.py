"""Weights of the published PyTorch networks, by their own names, into ours."""

import numpy as np

from st_keras.export.reference_names import is_dead, named_variables
from st_keras.models.parts_of_weights import PartsOfWeights
from st_keras.validation import error


def assign_reference_weights(network, weights, where="assign_reference_weights"):
    """Assign weights of a reference implementation to a built network.

    Kernels (out, in, kh, kw) become (kh, kw, in, out), transposed ones (in, out, kh, kw) become
    (kh, kw, out, in), depthwise ones (C, 1, kh, kw) become (kh, kw, C, 1), linear ones (out, in)
    become (in, out); layer-norm weights (C, H, W) become (H, W, C).

    Args:
        network: a built `PredRNN`, `ActionConditionedPredRNN`, `ModeRNN` or `SlowVAE`.
        weights: mapping from names such as "cell_list.0.conv_x.0.weight" to arrays. Weights that
            the reference code saves but never uses may be there: an adapter for PredRNN V1, and in
            ModeRNN over a third of all.
        where: str. Who asks; the errors begin with it. Default: this function.

    Returns:
        List of the names that were dropped because the reference code never uses them.

    Raises:
        ValueError: if names or shapes do not match one to one; both sides are listed, and nothing
            has been assigned.

    Example:

    >>> from st_keras.models import PredRNN
    >>> network = PredRNN(filters=(8,), decoupling=False)
    >>> network.build((None, None, 16, 16, 1))
    >>> theirs = {name: np.zeros(shape) for name, shape in reference_shapes(network).items()}
    >>> assign_reference_weights(network, theirs)
    []
    """
    variables = dict(named_variables(where, network))
    dropped = sorted(name for name in weights if is_dead(network, name))
    names = set(weights) - set(dropped)
    if names != set(variables):
        raise error(
            where,
            f"names the network does not have: {sorted(names - set(variables))}",
            f"these too, which are missing: {sorted(set(variables) - names)}",
            "Take a whole checkpoint, and create the network as its own: the layers, and "
            "layer_norm, decoupling (PredRNN) or num_slots, batch_norm (ModeRNN).",
        )
    arrays = {name: to_channels_last(name, np.asarray(weights[name])) for name in variables}
    wrong = {
        name: (arrays[name].shape, tuple(variable.shape))
        for name, variable in variables.items()
        if arrays[name].shape != tuple(variable.shape)
    }
    if wrong:
        raise error(
            where,
            f"shapes (received, network), channels last: {wrong}",
            "equal shapes",
            f"Create {type(network).__name__} with the sizes of the checkpoint, and build it for "
            "its image size.",
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])
    return dropped


def reference_shapes(network):
    """Return `{reference name: shape in the reference code}` for a built network."""
    return {
        name: tuple(variable.shape[axis] for axis in _axes_of_reference(name, len(variable.shape)))
        for name, variable in named_variables("reference_shapes", network)
    }


def reference_values(network, values=None):
    """Return `{reference name: array}`, in the axes of Keras.

    Args:
        network: a built network.
        values: dict from ids of variables to what is to be split into the weights of the reference
            code, such as gradients; weights of which it lacks a part are left out. Default None:
            the variables themselves.
    """
    found = {}
    for name, weight in named_variables("reference_values", network):
        parts = isinstance(weight, PartsOfWeights)
        variables = weight.variables if parts else [weight]
        if values is not None:
            if any(id(variable) not in values for variable in variables):
                continue
            variables = [values[id(variable)] for variable in variables]
        arrays = [np.asarray(variable) for variable in variables]
        found[name] = weight.of(arrays) if parts else arrays[0]
    return found


def to_channels_last(name, array):
    """Return an array of the reference code in the axes of Keras."""
    if ".depthwise." in name and array.ndim == 4:
        return array.transpose(2, 3, 0, 1)
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else np.moveaxis(array, 0, -1)


def to_channels_first(name, array):
    """Return an array of ours in the axes of the reference code."""
    return array.transpose(_axes_of_reference(name, array.ndim))


def _axes_of_reference(name, rank):
    if rank == 4:
        return (2, 3, 0, 1) if ".depthwise." in name else (3, 2, 0, 1)
    return (rank - 1, *range(rank - 1))
