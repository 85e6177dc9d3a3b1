"""PredRNN's published checkpoints: thuml/predrnn-pytorch, and OpenSTL, which names them alike."""

import numpy as np

from st_keras.models.action_conditioned_rollout_cell import REDUCTION
from st_keras.models.parts_of_weights import PartsOfWeights
from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from st_keras.models.predrnn.gates import FusedGates
from st_keras.models.predrnn.predrnn import PredRNN
from st_keras.models.published_weights import PublishedWeights
from st_keras.validation import error

# Convolution of `SeparateGates` -> its name in the reference code's state dict.
CONVOLUTIONS = {"input": "conv_x", "recurrent": "conv_h", "memory": "conv_m"}


def _predrnn_names(network):
    rollout = network.rnn.cell
    for layer, cell in enumerate(rollout.cell.cells):
        yield from _st_lstm(f"cell_list.{layer}", cell, CONVOLUTIONS)
    yield "conv_last.weight", rollout.frame_head.kernel
    if network.decoupling:
        yield "adapter.weight", rollout.cell.adapter.kernel


def _action_conditioned_names(network):
    rollout = network.rnn.cell
    for name, part in (
        ("conv_input", rollout.frame_encoder),
        ("action_conv_input", rollout.action_encoder),
        ("deconv_output", rollout.frame_decoder),
    ):
        for place, convolution in enumerate(part.convolutions, start=1):
            yield f"{name}{place}.weight", convolution.kernel
    for layer, cell in enumerate(rollout.cell.cells):
        yield from _st_lstm(f"cell_list.{layer}", cell, {**CONVOLUTIONS, "action": "conv_a"})
    if network.decoupling:
        yield "adapter.weight", rollout.cell.adapter.kernel


def _st_lstm(prefix, cell, convolutions):
    if isinstance(cell.gates, FusedGates):
        yield from _fused_gates(prefix, cell)
    else:
        for ours, theirs in convolutions.items():
            conv, norm = (getattr(cell.gates, f"{ours}_{part}") for part in ("conv", "norm"))
            yield from _normalized_conv(f"{prefix}.{theirs}", conv, norm)
    yield from _normalized_conv(f"{prefix}.conv_o", cell.output_conv, cell.output_norm)
    yield f"{prefix}.conv_last.weight", cell.fusion_conv.kernel
    if cell.use_bias:
        yield f"{prefix}.conv_last.bias", cell.fusion_conv.bias


def _normalized_conv(prefix, conv, norm):
    yield f"{prefix}.0.weight", conv.kernel
    if conv.use_bias:
        yield f"{prefix}.0.bias", conv.bias
    if norm.weights:
        yield f"{prefix}.1.weight", norm.gamma
        yield f"{prefix}.1.bias", norm.beta


def _fused_gates(prefix, cell):
    """The reference code has a kernel for each input: x to i f g i_ f_ g_ o, h, and m."""
    F, gates = cell.filters, cell.gates
    temporal, spatiotemporal = gates.temporal.kernel, gates.spatiotemporal.kernel
    C = temporal.shape[2] - F
    of_x = [
        (temporal, np.s_[:, :, :C, : 3 * F]),
        (spatiotemporal, np.s_[:, :, :C]),
        (temporal, np.s_[:, :, :C, 3 * F :]),
    ]
    yield f"{prefix}.conv_x.0.weight", PartsOfWeights(of_x)
    yield f"{prefix}.conv_h.0.weight", PartsOfWeights([(temporal, np.s_[:, :, C:])])
    yield f"{prefix}.conv_m.0.weight", PartsOfWeights([(spatiotemporal, np.s_[:, :, C:])])


def _infer_predrnn(checkpoint, image_shape):
    if "cell_list.0.conv_x.0.bias" in checkpoint:
        raise error(
            checkpoint.where,
            "a checkpoint with biases in the convolutions of its cells (cell_list.0.conv_x.0.bias)",
            "the PredRNN that was published with PredRNN-V2 in 2021, whose cells have none",
            "A network of the first PyTorch code, of 2019, is another function: train it anew.",
        )
    patch_size = checkpoint.patch_size("cell_list.0.conv_x.0.weight", image_shape)
    arguments = _spatio_temporal_lstm(checkpoint)
    arguments["patch_size"] = patch_size
    arguments["layer_norm"] = checkpoint.check_normalized(
        "cell_list.0.conv_x.1.weight", image_shape, patch_size
    )
    return arguments, image_shape


def _infer_action_conditioned(checkpoint, image_shape):
    if "conv_last.weight" in checkpoint:
        raise error(
            checkpoint.where,
            "an action-conditioned checkpoint with conv_last.weight (conv_on_input=0)",
            "one with strided convolutions (conv_on_input=1), as all published ones",
            "The setting conv_on_input=0 does not run in the reference code either.",
        )
    patch_size = checkpoint.patch_size("conv_input1.weight", image_shape)
    arguments = _spatio_temporal_lstm(checkpoint)
    arguments["patch_size"] = patch_size
    arguments["action_size"] = checkpoint.shape("action_conv_input1.weight", 4)[1]
    arguments["layer_norm"] = checkpoint.check_normalized(
        "cell_list.0.conv_x.1.weight", image_shape, patch_size * REDUCTION
    )
    return arguments, image_shape


def _spatio_temporal_lstm(checkpoint):
    kernel = checkpoint.shape("cell_list.0.conv_x.0.weight", 4)[2:]
    return {
        "filters": tuple(
            checkpoint.shape(f"cell_list.{layer}.conv_h.0.weight", 4)[1]
            for layer in checkpoint.layers()
        ),
        "kernel_size": kernel[0] if kernel[0] == kernel[1] else kernel,
        # No V1 code has an adapter, every V2 code has one.
        "decoupling": "adapter.weight" in checkpoint,
    }


def _required(network):
    kernel = np.broadcast_to(network.kernel_size, 2).tolist()
    return {
        "forget_bias": (network.forget_bias, 1.0),
        "kernel_size": (kernel, kernel[:1] * 2),
        "validity_channel": (network.validity_channel, False),
        "auxiliary maps": (network.rnn.cell.auxiliary_channels, 0),
    }


def _is_dead(network, name):
    # The adapter has no part in the forward pass: without it the weights of V2 are those of V1.
    return not network.decoupling and name == "adapter.weight"


PUBLISHED = (
    PublishedWeights(
        network=PredRNN,
        title="PredRNN, PredRNN-V2 (thuml/predrnn-pytorch, OpenSTL)",
        recognizes=lambda checkpoint: (
            "cell_list.0.conv_x.0.weight" in checkpoint
            and "cell_list.0.conv_a.0.weight" not in checkpoint
        ),
        infer=_infer_predrnn,
        named_variables=_predrnn_names,
        is_dead=_is_dead,
        required=_required,
        untold=("forget_bias",),
    ),
    PublishedWeights(
        network=ActionConditionedPredRNN,
        title="action-conditioned PredRNN",
        recognizes=lambda checkpoint: "cell_list.0.conv_a.0.weight" in checkpoint,
        infer=_infer_action_conditioned,
        named_variables=_action_conditioned_names,
        is_dead=_is_dead,
        required=_required,
        untold=("forget_bias", "residual"),
    ),
)
