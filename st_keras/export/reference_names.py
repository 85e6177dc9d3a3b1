"""The names that reference implementations give to the weights of our networks."""

from st_keras.models import PredRNN, SlowVAE
from st_keras.validation import error

# Convolution of our ST-LSTM cell -> its name in the reference code's state dict.
CONVOLUTIONS = {
    "input": "conv_x",
    "recurrent": "conv_h",
    "memory": "conv_m",
    "output": "conv_o",
}
# Places of the layers with weights in the `nn.Sequential` of SlowVAE's reference code.
ENCODER_PLACES = (0, 2, 4, 6, 8, 11)
DECODER_PLACES = (0, 3, 5, 7, 9, 11)


def named_variables(where, network):
    """Return `[(reference name, variable)]` of a built network.

    Args:
        where: str. Who asks; the error begins with it.
        network: a built `PredRNN` or `SlowVAE`.

    Raises:
        ValueError: for anything else.
    """
    for model, names in ((PredRNN, _predrnn), (SlowVAE, _slowvae)):
        if isinstance(network, model) and network.built:
            return list(names(network))
    raise error(
        where,
        f"a {type(network).__name__}"
        + ("" if getattr(network, "built", False) else " that is not built"),
        "a built st_keras.models.PredRNN or SlowVAE",
        "Call network.build((None, None, H, W, C)) first.",
    )


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
