"""The network that a checkpoint of the reference codes belongs to, by its names and shapes."""

import dataclasses
import inspect

from st_keras.models.family import published_weights
from st_keras.models.published_weights import Checkpoint
from st_keras.validation import check_int, error


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
    >>> from st_keras.models import PredRNN
    >>> network = PredRNN(filters=(8, 8), kernel_size=3, patch_size=2)
    >>> network.build((None, None, 16, 16, 1))
    >>> theirs = {name: np.zeros(shape) for name, shape in reference_shapes(network).items()}
    >>> found = infer_architecture("example", theirs, (16, 16, 1))
    >>> found.network.__name__, found.arguments["filters"], found.arguments["patch_size"]
    ('PredRNN', (8, 8), 2)
    """
    checkpoint = Checkpoint(where, weights)
    image_shape = _checked_image_shape(where, image_shape)
    found = (each for each in published_weights() if each.recognizes(checkpoint))
    published = next(found, None)
    if published is None:
        titles = [each.title for each in published_weights()]
        raise error(
            where,
            f"a checkpoint whose first names are {sorted(weights)[:6]}",
            f"the names of {', '.join(titles[:-1])} or {titles[-1]} of the reference codes",
            "Check which code wrote it; ConvLSTM and other networks of OpenSTL are not read.",
        )
    network = published.network
    inferred, image_shape = published.infer(checkpoint, image_shape)
    return Architecture(
        network, {**inferred, **_checked(where, network, arguments or {})}, image_shape
    )


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
