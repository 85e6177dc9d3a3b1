"""Weights of the published PyTorch PredRNN, by their own names, into our network."""

import numpy as np

from st_keras.models import PredRNN
from st_keras.validation import error

# Convolution of our cell -> its name in the reference code's state dict.
CONVOLUTIONS = {
    "input": "conv_x",
    "recurrent": "conv_h",
    "memory": "conv_m",
    "output": "conv_o",
}


def assign_reference_weights(network, weights):
    """Assign weights of the PredRNN reference code to a built network.

    Kernels (out, in, kh, kw) become (kh, kw, in, out); layer-norm weights (C, H, W) become
    (H, W, C).

    Args:
        network: a built `PredRNN`.
        weights: mapping from names such as "cell_list.0.conv_x.0.weight" to arrays. For V1 networks
            an "adapter.weight", which V1 does not use, may be there and is ignored.

    Raises:
        ValueError: if names or shapes do not match one to one; both sides are listed, and nothing
            has been assigned.

    Example:

    >>> network = PredRNN(filters=(8,), decoupling=False)
    >>> network.build((None, None, 16, 16, 1))
    >>> theirs = {name: np.zeros(shape) for name, shape in reference_shapes(network).items()}
    >>> assign_reference_weights(network, theirs)
    """
    where = "assign_reference_weights"
    variables = dict(_named_variables(network))
    ignored = set() if network.decoupling else {"adapter.weight"}
    names = set(weights) - ignored
    if names != set(variables):
        raise error(
            where,
            f"names the network does not have: {sorted(names - set(variables))}",
            f"these too, which are missing: {sorted(set(variables) - names)}",
            "Create PredRNN with the layers, layer_norm and decoupling of the checkpoint.",
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
            "Create PredRNN with the filters, kernel_size, patch_size and image size of the "
            "checkpoint.",
        )
    for name, variable in variables.items():
        variable.assign(arrays[name])


def reference_shapes(network):
    """Return `{reference name: shape in the reference code}` for a built network."""
    return {
        name: _to_channels_first(variable.shape) for name, variable in _named_variables(network)
    }


def reference_names(network):
    """Return `{id of variable: reference name}`, to look up gradients or optimizer slots."""
    return {id(variable): name for name, variable in _named_variables(network)}


def _named_variables(network):
    if not isinstance(network, PredRNN) or not network.built:
        raise error(
            "assign_reference_weights",
            f"a {type(network).__name__}"
            + ("" if getattr(network, "built", False) else " that is not built"),
            "a built st_keras.models.PredRNN",
            "Call network.build((None, None, H, W, C)) first.",
        )
    rollout = network.rnn.cell
    for layer, cell in enumerate(rollout.cell.cells):
        prefix = f"cell_list.{layer}"
        for ours, theirs in CONVOLUTIONS.items():
            yield f"{prefix}.{theirs}.0.weight", getattr(cell, f"{ours}_conv").kernel
            if cell.layer_norm:
                yield f"{prefix}.{theirs}.1.weight", cell.norms[ours].gamma
                yield f"{prefix}.{theirs}.1.bias", cell.norms[ours].beta
        yield f"{prefix}.conv_last.weight", cell.fusion_conv.kernel
    yield "conv_last.weight", rollout.frame_head.kernel
    if network.decoupling:
        yield "adapter.weight", rollout.cell.adapter.kernel


def _to_channels_last(array):
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else np.moveaxis(array, 0, -1)


def _to_channels_first(shape):
    return (shape[3], shape[2], shape[0], shape[1]) if len(shape) == 4 else (shape[-1], *shape[:-1])
