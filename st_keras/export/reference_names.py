"""The names that reference implementations give to the weights of our networks."""

import re

from st_keras.models import ModeRNN, PredRNN, SlowVAE
from st_keras.models.predrnn.action_conditioned_predrnn import ActionConditionedPredRNN
from st_keras.validation import error

# Convolution of our ST-LSTM cell -> its name in the reference code's state dict.
CONVOLUTIONS = {
    "input": "conv_x",
    "recurrent": "conv_h",
    "memory": "conv_m",
    "output": "conv_o",
}
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
    """Return `[(reference name, variable)]` of a built network.

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
        prefix = f"cell_list.{layer}"
        for ours, theirs in {**CONVOLUTIONS, "action": "conv_a"}.items():
            convolution = getattr(cell, f"{ours}_conv")
            yield f"{prefix}.{theirs}.0.weight", convolution.kernel
            yield f"{prefix}.{theirs}.0.bias", convolution.bias
            if cell.layer_norm:
                yield f"{prefix}.{theirs}.1.weight", cell.norms[ours].gamma
                yield f"{prefix}.{theirs}.1.bias", cell.norms[ours].beta
        yield f"{prefix}.conv_last.weight", cell.fusion_conv.kernel
        yield f"{prefix}.conv_last.bias", cell.fusion_conv.bias
    if network.decoupling:
        yield "adapter.weight", rollout.cell.adapter.kernel


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
        for gates, fusion in cell.fusions.items():
            yield from _slot_fusion(f"{prefix}.convlstm.conv_{gates}", fusion)
            if cell.layer_norm:
                yield f"{prefix}.convlstm.layer_norm_{gates}.weight", cell.norms[gates].gamma
                yield f"{prefix}.convlstm.layer_norm_{gates}.bias", cell.norms[gates].beta


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


def _slot_fusion(prefix, fusion):
    context = fusion.context
    layers = {
        "fc.conv_mask": context.position,
        "fc.channel_mul_conv.0": context.first,
        "fc.channel_mul_conv.3": context.last,
        "convx": fusion.skip_conv,
        "fcx": fusion.skip_importance,
    }
    for slot, (conv, importance) in enumerate(
        zip(fusion.slot_convs, fusion.importance, strict=True)
    ):
        layers |= {f"convs.{slot}.0": conv, f"fcs.{slot}": importance}
    for name, layer in layers.items():
        yield f"{prefix}.{name}.weight", layer.kernel
        yield f"{prefix}.{name}.bias", layer.bias
    yield f"{prefix}.fc.channel_mul_conv.1.weight", context.norm.gamma
    yield f"{prefix}.fc.channel_mul_conv.1.bias", context.norm.beta


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
