"""Networks of the measurement, and how much work one call of each mode is."""

import dataclasses

from benchmarks.flops import forward_flops, slowvae_flops, training_flops
from benchmarks.speed.frames import frames_shape
from st_keras.models import ConvLSTM, ModeRNN, PredRNN, SlowVAE

CLASSES = {
    "predrnn_v2": PredRNN,
    "predrnn_v1": PredRNN,
    "modernn": ModeRNN,
    "convlstm": ConvLSTM,
    "slowvae": SlowVAE,
}


@dataclasses.dataclass(frozen=True)
class Workload:
    """What one call does.

    Attributes:
        flops: float, of the model (`benchmarks.flops`).
        sequences, frames: ints. Frames are those of the sequences, seen and forecast; of SlowVAE a
            sequence is a pair of images.
    """

    flops: float
    sequences: int
    frames: int


def make_network(options, model, policy="float32"):
    """Return a new network, not built.

    Args:
        options: of `benchmarks.speed.options`.
        model: one of `MODELS`.
        policy: name of a Keras dtype policy. Default float32.

    Raises:
        ValueError: for settings that the network refuses.
    """
    network = CLASSES[model]
    if network is SlowVAE:
        return SlowVAE(dtype=policy)
    arguments = {"filters": options.filters, "patch_size": options.patch, "dtype": policy}
    if network is not ModeRNN:
        arguments["kernel_size"] = options.kernel_size
    if network is PredRNN:
        arguments["decoupling"] = model == "predrnn_v2"
    if options.remat != "none":
        arguments["remat"] = options.remat
    return network(**arguments)


def workload(options, model, mode):
    """Return the `Workload` of one call."""
    network = make_network(options, model)
    shape = batch, length, *image_size, _ = frames_shape(options, model, mode)
    network.build(shape)
    if model == "slowvae":
        flops = slowvae_flops(network, batch * length, training=mode == "train")
    elif mode == "train":
        flops = training_flops(network, shape)
    else:
        length = 1 if mode == "step" else length
        flops = forward_flops(network, batch, max(length - 1, 1), image_size)
    return Workload(flops, batch, batch * length)
