"""What ModeRNN's reference code saves and never uses, which its strict loading asks for."""

import numpy as np


def modernn_unused_members(network):
    """Return the members of the reference code that have no part in its forward pass.

    Args:
        network: a built `ModeRNN` with `layer_norm`.

    Returns:
        Dict from reference names to arrays in PyTorch's axes: ones for weights of layer norms,
        zeros for all else.

    Example:

    >>> from st_keras.models import ModeRNN
    >>> network = ModeRNN(filters=(8,), patch_size=4)
    >>> network.build((None, None, 16, 16, 1))
    >>> len(modernn_unused_members(network))
    14
    """
    size = network.rnn.cell.spatial_shape
    members = {}
    for layer, width in enumerate(network.filters):
        norms = {
            "layernorm": width,
            "convlstm.layer_norm": 4 * width,
            "convlstm.conv_main.1": 4 * width,
        }
        zeros = {
            **dict.fromkeys(("slots_mu", "slots_log_sigma"), (1, 1, *size)),
            "conv.weight": (width, width, 1, 1),
            "convlstm.conv_main.0.weight": (4 * width, 2 * width, 3, 3),
            "convlstm.conv_main.0.bias": (4 * width,),
            **{f"{name}.bias": (channels, *size) for name, channels in norms.items()},
        }
        cell = {name: np.zeros(shape, "float32") for name, shape in zeros.items()}
        for name, channels in norms.items():
            cell[f"{name}.weight"] = np.ones((channels, *size), "float32")
        for projection in "qkv":
            cell[f"to_{projection}.bn.num_batches_tracked"] = np.zeros((), "int64")
        members |= {f"cell_list.{layer}.{name}": array for name, array in cell.items()}
    return members
