"""What is known of the published checkpoints of a network: names, shapes, what they leave out."""

import dataclasses
import math
import re
from collections.abc import Callable

from st_keras.validation import error


@dataclasses.dataclass(frozen=True, kw_only=True)
class PublishedWeights:
    """How the weights of a network are named in the code that published it.

    Args:
        network: the class.
        title: str, the network and who published it, for messages.
        recognizes: function of a `Checkpoint`: whether it is one of this network.
        infer: function of a `Checkpoint` and an image shape (H, W, C) or None. Returns
            `(arguments, image_shape)`: constructor arguments of the network, and the shape.
        named_variables: function of a built network. Yields `(reference name, weight)`; a weight
            is a variable, or what is a weight there and part of some variables here
            (`PartsOfWeights`).
        is_dead: function of a built network and a name: whether the reference code has a weight of
            this name without ever using it. Default: none is.
        unused_members: function of a built network, or None. Returns what the reference code saves
            and never uses, and asks for when it loads: dict from names to arrays. Default None.
        required: function of a built network. Returns `{what: (here, there)}`: what the reference
            code must be like for its numbers to be those of the network, and how the network is.
            Default: nothing.
        layout: "net_param" or "model_states", how its trainer saves a checkpoint.
        untold: names of the constructor arguments that change the function and that no checkpoint
            tells: our defaults, which are the reference's, hold.
    """

    network: type
    title: str
    recognizes: Callable
    infer: Callable
    named_variables: Callable
    is_dead: Callable = lambda network, name: False
    unused_members: Callable | None = None
    required: Callable = lambda network: {}
    layout: str = "net_param"
    untold: tuple = ()


class Checkpoint:
    """Names and shapes of a checkpoint of a reference code, with refusals.

    Args:
        where: str. Who asks; the errors begin with it.
        weights: dict from reference names to arrays.
    """

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
        """Places of the recurrent layers, from 0."""
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
