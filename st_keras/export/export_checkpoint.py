"""A model of ours becomes a checkpoint that the published PyTorch codes load."""

import numpy as np

from st_keras.export.reference_names import named_variables, published_weights_of
from st_keras.export.reference_weights import to_channels_first
from st_keras.export.whole_checkpoint import write_checkpoint
from st_keras.training import Forecaster
from st_keras.validation import error

WHERE = "export_torch_checkpoint"


def export_torch_checkpoint(model, path):
    """Write the weights of a model so that the reference code loads them.

    Names, shapes and axes are those of its state dict, with all that its strict
    `load_state_dict` asks for: the members of ModeRNN that are never used are there, ones for
    weights of layer norms and zeros for the rest. The PyTorch file is what its own trainer saves:
    {"net_param": weights}, or for SlowVAE {"iter", "model_states": {"net": weights},
    "optim_states"} with an optimizer that has not started. `.npz` and `.safetensors` hold the
    weights alone. `import_torch_checkpoint` reads each of them back, bit for bit.

    What is not written: a `Forecaster`'s normalisation (the reference code works in network
    units), sampling and optimizer. The code to load it with must be set to the same sizes; that of
    ModeRNN as released has 4 slots and filters of 64, that of THUML only square images where
    there is layer norm.

    Args:
        model: a built `Forecaster` or its network: `PredRNN`, `ActionConditionedPredRNN`,
            `ModeRNN`; or a built `SlowVAE`.
        path: file to create, ending in .ckpt, .pth, .pt (these need PyTorch), .npz, or
            .safetensors (needs safetensors).

    Returns:
        `pathlib.Path` of the file.

    Raises:
        ValueError: if the model is none of these or not built, if it is one that the reference code
            cannot be, such as a ModeRNN with `slot_scale`, for another ending of `path`, if `path`
            exists, if a package that the format needs is not installed, or if the file cannot be
            written.

    Example:

    >>> from st_keras.models import PredRNN
    >>> network = PredRNN(filters=(8,), kernel_size=3)
    >>> network.build((None, None, 16, 16, 1))
    >>> path = export_torch_checkpoint(network, "weights.npz")
    >>> np.load(path)["cell_list.0.conv_x.0.weight"].shape
    (56, 16, 3, 3)
    """
    network = model.network if isinstance(model, Forecaster) else model
    arrays = reference_state(network)
    return write_checkpoint(WHERE, path, arrays, published_weights_of(network).layout)


def reference_state(network):
    """Return the whole state dict of the reference code, as arrays.

    Args:
        network: a built `PredRNN`, `ActionConditionedPredRNN`, `ModeRNN` or `SlowVAE`.

    Returns:
        Dict from names to arrays in PyTorch's axes: float32, and int64 for counters.

    Raises:
        ValueError: if the network is none of these or not built, or if the reference code has none
            like it.
    """
    variables = named_variables(WHERE, network)
    _check_like_the_reference(network)
    state = {
        name: to_channels_first(name, np.asarray(variable).astype("float32"))
        for name, variable in variables
    }
    unused_members = published_weights_of(network).unused_members
    return state | unused_members(network) if unused_members else state


def _check_like_the_reference(network):
    """Raise `ValueError` where the weights would load but mean something else, or not load."""
    required = published_weights_of(network).required(network)
    different = {name: pair for name, pair in required.items() if pair[0] != pair[1]}
    if different:
        name = type(network).__name__
        raise error(
            WHERE,
            f"a {name} with " + ", ".join(f"{n}={ours}" for n, (ours, _) in different.items()),
            f"one that the reference code of {name} can be: "
            + ", ".join(f"{n}={theirs}" for n, (_, theirs) in different.items()),
            "Save it with model.save, or train one of that kind.",
        )
