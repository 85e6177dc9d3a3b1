"""The network that a checkpoint of the reference codes belongs to, by its names and shapes."""

import dataclasses
import inspect
import math
import re

from st_keras.models import ActionConditionedPredRNN, ModeRNN, PredRNN, SlowVAE
from st_keras.models.action_conditioned_rollout_cell import REDUCTION as ACTION_REDUCTION
from st_keras.models.slowvae.encoder import REDUCTION as SLOWVAE_REDUCTION
from st_keras.validation import check_int, error

KNOWN = (
    "PredRNN, PredRNN-V2 (thuml/predrnn-pytorch, OpenSTL), action-conditioned PredRNN, ModeRNN "
    "or SlowVAE of the reference codes"
)
# Constructor arguments that change the function and that no checkpoint tells: our defaults, which
# are the reference's, hold.
UNTOLD = {
    PredRNN: ("forget_bias",),
    ActionConditionedPredRNN: ("forget_bias", "residual"),
    ModeRNN: ("softmax_importance", "separate_slots", "slot_scale"),
    SlowVAE: ("beta", "gamma", "rate", "objective", "likelihood"),
}


@dataclasses.dataclass(frozen=True)
class Architecture:
    """A network class, its arguments, and the images it is built for.

    Args:
        network: `PredRNN`, `ActionConditionedPredRNN`, `ModeRNN` or `SlowVAE`.
        arguments: dict of constructor arguments.
        image_shape: (H, W, C).
    """

    network: type
    arguments: dict
    image_shape: tuple

    def build(self):
        """Return the network, built."""
        network = self.network(**self.arguments)
        network.build((None, None, *self.image_shape))
        return network


def infer_architecture(where, weights, image_shape=None, arguments=None):
    """Infer the network from the names and shapes of its weights.

    Args:
        where: str. Who asks; the errors begin with it.
        weights: dict from reference names to arrays, as `state_dict_of` returns it.
        image_shape: (H, W, C), or None where the weights tell it, as those of SlowVAE do.
        arguments: dict of constructor arguments that replace inferred ones. Default: none.

    Returns:
        An `Architecture`. That all other names and shapes fit is for `assign_reference_weights`.

    Raises:
        ValueError: if the names are of no network known here, if a weight is missing or has the
            wrong rank, if `image_shape` is missing, or does not fit the weights, or if the network
            has no argument of a name in `arguments`.

    Example:

    >>> import numpy as np
    >>> from st_keras.export.reference_weights import reference_shapes
    >>> network = PredRNN(filters=(8, 8), kernel_size=3, patch_size=2)
    >>> network.build((None, None, 16, 16, 1))
    >>> theirs = {name: np.zeros(shape) for name, shape in reference_shapes(network).items()}
    >>> found = infer_architecture("example", theirs, (16, 16, 1))
    >>> found.network.__name__, found.arguments["filters"], found.arguments["patch_size"]
    ('PredRNN', (8, 8), 2)
    """
    checkpoint = _Checkpoint(where, weights)
    image_shape = _checked_image_shape(where, image_shape)
    for name, infer in (
        ("encoder.0.weight", _slowvae),
        ("cell_list.0.to_q.depthwise.weight", _modernn),
        ("cell_list.0.conv_a.0.weight", _action_conditioned),
        ("cell_list.0.conv_x.0.weight", _predrnn),
    ):
        if name in weights:
            found = infer(checkpoint, image_shape)
            break
    else:
        raise error(
            where,
            f"a checkpoint whose first names are {sorted(weights)[:6]}",
            f"the names of {KNOWN}",
            "Check which code wrote it; ConvLSTM and other networks of OpenSTL are not read.",
        )
    return dataclasses.replace(
        found, arguments={**found.arguments, **_checked(where, found.network, arguments or {})}
    )


class _Checkpoint:
    """Shapes by name, with refusals."""

    def __init__(self, where, weights):
        self.where = where
        self.weights = weights

    def __contains__(self, name):
        return name in self.weights

    def shape(self, name, rank):
        """Shape of a weight that has to be there."""
        if name not in self.weights:
            raise error(
                self.where,
                f"a checkpoint without {name}",
                "all weights of the network",
                "Take a complete checkpoint; part of one says too little.",
            )
        shape = tuple(self.weights[name].shape)
        if len(shape) != rank:
            raise error(
                self.where,
                f"{name} of shape {shape}",
                f"a shape of rank {rank}",
                "Check which code wrote the checkpoint.",
            )
        return shape

    def numbers(self, pattern):
        """Number of different ints in place of the group of `pattern`, which are 0, 1, 2, ..."""
        found = {int(m[1]) for m in map(re.compile(pattern).match, self.weights) if m}
        if found != set(range(len(found))):
            raise error(
                self.where,
                f"a checkpoint with the parts {sorted(found)} of {pattern!r}",
                f"parts {list(range(len(found)))}, none missing",
                "Take a complete checkpoint.",
            )
        return len(found)

    def layers(self):
        return range(self.numbers(r"cell_list\.(\d+)\."))

    def patch_size(self, name, image_shape):
        """The p of convolution `name`, which reads p p C channels."""
        reads = self.shape(name, 4)[1]
        if image_shape is None:
            raise error(
                self.where,
                f"no image_shape, for a checkpoint whose first convolution reads {reads} channels",
                "image_shape=(H, W, C) of the frames: the channels are C times a patch size "
                "squared, which the weights do not tell apart",
                "Pass for example image_shape=(64, 64, 1).",
            )
        channels = image_shape[2]
        patch_size = math.isqrt(reads // channels)
        if patch_size < 1 or patch_size**2 * channels != reads:
            fits = [c for c in range(1, reads + 1) if math.isqrt(reads // c) ** 2 * c == reads]
            raise error(
                self.where,
                f"image_shape={image_shape} for a checkpoint whose {name} reads {reads} channels",
                f"C such that {reads} is C times a square: C is one of {fits}",
                "Pass the image_shape of the frames the checkpoint was trained on.",
            )
        return patch_size

    def check_normalized(self, name, image_shape, divisor):
        """Whether layer norm `name` is there; if so its (H', W') must be those of the frames."""
        if name not in self:
            return False
        theirs = self.shape(name, 3)[1:]
        ours = tuple(size / divisor for size in image_shape[:2])
        if theirs != ours:
            needed = tuple(divisor * size for size in theirs)
            raise error(
                self.where,
                f"image_shape={image_shape}, {ours[0]:g} x {ours[1]:g} positions in the network, "
                f"for a checkpoint with layer norm over {theirs[0]} x {theirs[1]} ({name})",
                f"frames of {needed[0]} x {needed[1]} pixels, the size it was trained on",
                f"Pass image_shape=({needed[0]}, {needed[1]}, {image_shape[2]}).",
            )
        return True


def _predrnn(checkpoint, image_shape):
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
    return Architecture(PredRNN, arguments, image_shape)


def _action_conditioned(checkpoint, image_shape):
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
        "cell_list.0.conv_x.1.weight", image_shape, patch_size * ACTION_REDUCTION
    )
    return Architecture(ActionConditionedPredRNN, arguments, image_shape)


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


def _modernn(checkpoint, image_shape):
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
    return Architecture(ModeRNN, arguments, image_shape)


def _slowvae(checkpoint, image_shape):
    channels = checkpoint.shape("encoder.0.weight", 4)[1]
    rest = checkpoint.shape("encoder.8.weight", 4)[2:]
    theirs = (*(SLOWVAE_REDUCTION * size for size in rest), channels)
    if image_shape not in (None, theirs):
        raise error(
            checkpoint.where,
            f"image_shape={image_shape} for a SlowVAE that reads images of shape {theirs}",
            f"image_shape={theirs}, or none: the weights tell it",
            "Leave image_shape out.",
        )
    moments = checkpoint.shape("encoder.11.weight", 2)[0]
    latents = checkpoint.shape("decoder.0.weight", 2)[1]
    if moments != 2 * latents:
        raise error(
            checkpoint.where,
            f"an encoder with {moments} outputs and a decoder that reads {latents} latents",
            "two outputs, mean and log-variance, for each latent",
            "A network that was trained with --pcl has no log-variances and is no SlowVAE.",
        )
    return Architecture(SlowVAE, {"latent_size": latents}, theirs)


def _checked_image_shape(where, image_shape):
    if image_shape is None:
        return None
    sequence = isinstance(image_shape, (list, tuple))
    if not sequence or len(image_shape) != 3:
        raise error(
            where,
            f"image_shape={image_shape!r}",
            "three ints (H, W, C)",
            "Pass for example image_shape=(64, 64, 1).",
        )
    return tuple(check_int(where, "image_shape", size, 1) for size in image_shape)


def _checked(where, network, arguments):
    known = [*list(inspect.signature(network.__init__).parameters)[1:-1], "name", "dtype"]
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        raise error(
            where,
            f"arguments {unknown} for a checkpoint of {network.__name__}",
            f"arguments among {', '.join(known)}",
            "Leave them out, or correct their names.",
        )
    return arguments
