"""The names that reference implementations give to the weights of our networks."""

from st_keras.models.family import published_weights
from st_keras.validation import error


def named_variables(where, network):
    """Return `[(reference name, weight)]` of a built network.

    A weight is a variable, or what is a weight there and part of some variables here
    (`PartsOfWeights`): both have `shape`, `assign` and are arrays to NumPy.

    Args:
        where: str. Who asks; the error begins with it.
        network: a built network whose published checkpoints are known, such as a `PredRNN`.

    Raises:
        ValueError: for anything else.
    """
    published = published_weights_of(network)
    if published and network.built:
        return list(published.named_variables(network))
    known = [each.network.__name__ for each in published_weights()]
    raise error(
        where,
        f"a {type(network).__name__}"
        + ("" if getattr(network, "built", False) else " that is not built"),
        f"a built st_keras.models.{', '.join(known[:-1])} or {known[-1]}",
        "Call network.build((None, None, H, W, C)) first.",
    )


def published_weights_of(network):
    """Return the `PublishedWeights` of a network, or None."""
    found = (each for each in published_weights() if isinstance(network, each.network))
    return next(found, None)


def is_dead(network, name):
    """Whether the reference code has a weight of this name without ever using it.

    Args:
        network: a built network.
        name: str, a name in a checkpoint of the reference code.
    """
    published = published_weights_of(network)
    return published is not None and published.is_dead(network, name)
