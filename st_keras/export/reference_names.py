"""The names that reference implementations give to the weights of our networks."""

import re

import numpy as np

from st_keras.export.parts_of_weights import PartsOfWeights
from st_keras.models import ModeRNN, PredRNN, SlowVAE
from st_keras.models.modernn.mode_cell import PAIRS
from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from st_keras.models.predrnn.gates import FusedGates
from st_keras.validation import error

# Convolution of `SeparateGates` -> its name in the reference code's state dict.
CONVOLUTIONS = {"input": "conv_x", "recurrent": "conv_h", "memory": "conv_m"}
# Members that ModeRNN's reference code creates, saves, and never uses in its forward pass.
MODERNN_DEAD = re.compile(
    r"cell_list\.\d+\.(slots_mu|slots_log_sigma|conv\.weight|layernorm\.(weight|bias)"
    r"|to_[qkv]\.bn\.num_batches_tracked"
    r"|convlstm\.(layer_norm\.(weight|bias)|conv_main\..*))"
)
# Places of the layers with weights in the `nn.Sequential` of SlowVAE's reference code.
ENCODER_PLACES = (0, 2, 4, 6, 8, 11)
DECODER_PLACES = (0, 3, 5, 7, 9, 11)


def named_variables(where, network):
    """Return `[(reference name, weight)]` of a built network.

    A weight is a variable, or what is a weight there and part of some variables here
    (`PartsOfWeights`): both have `shape`, `assign` and are arrays to NumPy.

    Args:
        where: str. Who asks; the error begins with it.
        network: a built `PredRNN`, `ActionConditionedPredRNN`, `ModeRNN` or `SlowVAE`.

    Raises:
        ValueError: for anything else.
    """
    for model, names in (
        (PredRNN, _predrnn),
        (ActionConditionedPredRNN, _action_conditioned_predrnn),
        (ModeRNN, _modernn),
        (SlowVAE, _slowvae),
    ):
        if isinstance(network, model) and network.built:
            return list(names(network))
    raise error(
        where,
        f"a {type(network).__name__}"
        + ("" if getattr(network, "built", False) else " that is not built"),
        "a built st_keras.models.PredRNN, ActionConditionedPredRNN, ModeRNN or SlowVAE",
        "Call network.build((None, None, H, W, C)) first.",
    )


def is_dead(network, name):
    """Whether the reference code has a weight of this name without ever using it.

    Args:
        network: a built network.
        name: str, a name in a checkpoint of the reference code.
    """
    if isinstance(network, ModeRNN):
        return MODERNN_DEAD.fullmatch(name) is not None
    # The adapter has no part in the forward pass: without it the weights of V2 are those of V1.
    predrnn = isinstance(network, (PredRNN, ActionConditionedPredRNN))
    return predrnn and not network.decoupling and name == "adapter.weight"


def _predrnn(network):
    rollout = network.rnn.cell
    for layer, cell in enumerate(rollout.cell.cells):
        yield from _st_lstm(f"cell_list.{layer}", cell, CONVOLUTIONS)
    yield "conv_last.weight", rollout.frame_head.kernel
    if network.decoupling:
        yield "adapter.weight", rollout.cell.adapter.kernel


def _action_conditioned_predrnn(network):
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


def _modernn(network):
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


def _slowvae(model):
    encoder = (*model.encoder.convolutions, model.encoder.moments)
    decoder = (model.decoder.hidden, *model.decoder.convolutions)
    for part, places, layers in (
        ("encoder", ENCODER_PLACES, encoder),
        ("decoder", DECODER_PLACES, decoder),
    ):
        for place, layer in zip(places, layers, strict=True):
            yield f"{part}.{place}.weight", layer.kernel
            yield f"{part}.{place}.bias", layer.bias
