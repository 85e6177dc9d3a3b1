"""Weights of the published PyTorch networks, by their own names, into ours."""

import numpy as np

from st_keras.export.reference_names import named_variables
from st_keras.validation import error


def assign_reference_weights(network, weights):
    """Assign weights of a reference implementation to a built network.

    Kernels (out, in, kh, kw) become (kh, kw, in, out), transposed ones (in, out, kh, kw) become
    (kh, kw, out, in), linear ones (out, in) become (in, out); layer-norm weights (C, H, W) become
    (H, W, C).

    Args:
        network: a built `PredRNN` or `SlowVAE`.
        weights: mapping from names such as "cell_list.0.conv_x.0.weight" to arrays. For V1 networks
            an "adapter.weight", which V1 does not use, may be there and is ignored.

    Raises:
        ValueError: if names or shapes do not match one to one; both sides are listed, and nothing
            has been assigned.

    Example:

    >>> from st_keras.models import PredRNN
    >>> network = PredRNN(filters=(8,), decoupling=False)
    >>> network.build((None, None, 16, 16, 1))
    >>> theirs = {name: np.zeros(shape) for name, shape in reference_shapes(network).items()}
    >>> assign_reference_weights(network, theirs)
    """
    where = "assign_reference_weights"
    variables = dict(named_variables(where, network))
    # V1 of PredRNN carries an adapter that it does not use.
    ignored = {"adapter.weight"} - set(variables)
    names = set(weights) - ignored
    if names != set(variables):
        raise error(
            where,
            f"names the network does not have: {sorted(names - set(variables))}",
            f"these too, which are missing: {sorted(set(variables) - names)}",
            "Create the network as that of the checkpoint: PredRNN with its layers, layer_norm and "
            "decoupling.",
        )
    arrays = {name: _to_channels_last(np.asarray(weights[name])) for name in variables}
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


def reference_shapes(network):
    """Return `{reference name: shape in the reference code}` for a built network."""
    return {
        name: _to_channels_first(variable.shape)
        for name, variable in named_variables("reference_shapes", network)
    }


def reference_names(network):
    """Return `{id of variable: reference name}`, to look up gradients or optimizer slots."""
    return {id(variable): name for name, variable in named_variables("reference_names", network)}


def _to_channels_last(array):
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else np.moveaxis(array, 0, -1)


def _to_channels_first(shape):
    return (shape[3], shape[2], shape[0], shape[1]) if len(shape) == 4 else (shape[-1], *shape[:-1])
