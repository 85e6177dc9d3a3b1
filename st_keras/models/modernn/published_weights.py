"""ModeRNN's published checkpoints, and what they hold that its reference code never uses."""

import re

import numpy as np

from st_keras.models.modernn.mode_cell import PAIRS
from st_keras.models.modernn.modernn import ModeRNN
from st_keras.models.parts_of_weights import PartsOfWeights
from st_keras.models.published_weights import PublishedWeights

# Members that the reference code creates, saves, and never uses in its forward pass.
DEAD = re.compile(
    r"cell_list\.\d+\.(slots_mu|slots_log_sigma|conv\.weight|layernorm\.(weight|bias)"
    r"|to_[qkv]\.bn\.num_batches_tracked"
    r"|convlstm\.(layer_norm\.(weight|bias)|conv_main\..*))"
)


def _names(network):
    rollout = network.rnn.cell
    yield "conv_first.weight", rollout.frame_embedding.kernel
    yield "conv_last.weight", rollout.frame_head.kernel
    for layer, cell in enumerate(rollout.cell.cells):
        prefix = f"cell_list.{layer}"
        if cell.learned_initial_slots:
            yield f"{prefix}.initial_slots", cell.initial_slots
        binding = cell.binding
        for theirs, ours in (("q", binding.query), ("k", binding.key), ("v", binding.value)):
            yield from _separable_projection(f"{prefix}.to_{theirs}", ours)
        for group, gates in enumerate(PAIRS):
            yield from _slot_fusion(f"{prefix}.convlstm.conv_{gates}", cell.fusion, group)
            if cell.layer_norm:
                gamma, beta = cell.norms[gates]
                yield f"{prefix}.convlstm.layer_norm_{gates}.weight", gamma
                yield f"{prefix}.convlstm.layer_norm_{gates}.bias", beta


def _separable_projection(prefix, projection):
    yield f"{prefix}.depthwise.weight", projection.depthwise.kernel
    yield f"{prefix}.depthwise.bias", projection.depthwise.bias
    if projection.norm:
        yield f"{prefix}.bn.weight", projection.norm.gamma
        yield f"{prefix}.bn.bias", projection.norm.beta
        yield f"{prefix}.bn.running_mean", projection.norm.moving_mean
        yield f"{prefix}.bn.running_var", projection.norm.moving_variance
    yield f"{prefix}.pointwise.weight", projection.pointwise.kernel
    yield f"{prefix}.pointwise.bias", projection.pointwise.bias


def _slot_fusion(prefix, fusion, group):
    """The reference code has layers of their own for each pair of gates, here a group."""
    own = slice(group * fusion.features, (group + 1) * fusion.features)  # of what comes out
    for name, conv in (
        *((f"convs.{s}.0", conv) for s, conv in enumerate(fusion.slot_convs)),
        ("convx", fusion.skip_conv),
    ):
        yield f"{prefix}.{name}.weight", PartsOfWeights([(conv.kernel, np.s_[..., own])])
        yield f"{prefix}.{name}.bias", PartsOfWeights([(conv.bias, np.s_[own])])
    mask, one = fusion.position, slice(group, group + 1)
    yield f"{prefix}.fc.conv_mask.weight", PartsOfWeights([(mask.kernel, np.s_[..., one])])
    yield f"{prefix}.fc.conv_mask.bias", PartsOfWeights([(mask.bias, np.s_[one])])
    for name, kernel, bias in (
        ("0", fusion.first_kernel, fusion.first_bias),
        ("3", fusion.last_kernel, fusion.last_bias),
    ):
        place = f"{prefix}.fc.channel_mul_conv.{name}"
        kernel = PartsOfWeights([(kernel, np.s_[group])], lambda shape: (1, 1, *shape))
        yield f"{place}.weight", kernel
        yield f"{place}.bias", PartsOfWeights([(bias, np.s_[group, 0])])
    for name, weight in (("weight", fusion.norm_gamma), ("bias", fusion.norm_beta)):
        part = PartsOfWeights([(weight, np.s_[group, 0])], lambda shape: (1, 1, *shape))
        yield f"{prefix}.fc.channel_mul_conv.1.{name}", part
    for name, slot in (
        *((f"fcs.{s}", s) for s in range(fusion.num_slots)),
        ("fcx", fusion.num_slots),
    ):
        own = slice(slot * fusion.features, (slot + 1) * fusion.features)
        kernel, bias = fusion.importance_kernel, fusion.importance_bias
        yield f"{prefix}.{name}.weight", PartsOfWeights([(kernel, np.s_[group, :, own])])
        yield f"{prefix}.{name}.bias", PartsOfWeights([(bias, np.s_[group, 0, own])])


def _infer(checkpoint, image_shape):
    patch_size = checkpoint.patch_size("conv_first.weight", image_shape)
    cell = "cell_list.0"
    arguments = {
        "filters": tuple(
            checkpoint.shape(f"cell_list.{layer}.to_q.depthwise.weight", 4)[0]
            for layer in checkpoint.layers()
        ),
        "num_slots": checkpoint.numbers(r"cell_list\.0\.convlstm\.conv_og\.convs\.(\d+)\."),
        "patch_size": patch_size,
        "layer_norm": checkpoint.check_normalized(
            f"{cell}.convlstm.layer_norm_og.weight", image_shape, patch_size
        ),
        "batch_norm": f"{cell}.to_q.bn.weight" in checkpoint,
        "learned_initial_slots": f"{cell}.initial_slots" in checkpoint,
    }
    return arguments, image_shape


def unused_members(network):
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
    >>> len(unused_members(network))
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


def _required(network):
    off = ("softmax_importance", "separate_slots", "slot_scale", "learned_initial_slots")
    size = network.fixed_image_size
    return {
        **{name: (getattr(network, name), False) for name in off},
        **{name: (getattr(network, name), True) for name in ("layer_norm", "batch_norm")},
        "filters": (network.filters, network.filters[:1] * len(network.filters)),
        "image size": (size, size and size[:1] * 2),
        "validity_channel": (network.validity_channel, False),
        "auxiliary maps": (network.rnn.cell.auxiliary_channels, 0),
    }


PUBLISHED = (
    PublishedWeights(
        network=ModeRNN,
        title="ModeRNN",
        recognizes=lambda checkpoint: "cell_list.0.to_q.depthwise.weight" in checkpoint,
        infer=_infer,
        named_variables=_names,
        is_dead=lambda network, name: DEAD.fullmatch(name) is not None,
        unused_members=unused_members,
        required=_required,
        untold=("softmax_importance", "separate_slots", "slot_scale"),
    ),
)
