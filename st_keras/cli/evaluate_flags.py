"""Flags of `st-keras evaluate` that belong to one kind of model."""

from st_keras.cli.array_flags import ARRAY_FLAGS
from st_keras.validation import error

FORECASTER_FLAGS = ("horizon", "stride", *ARRAY_FLAGS, "sequences", "batch_size")
SLOWVAE_FLAGS = ("transition", "transition_rate", "max_delta_t", "protocol", "seed")


def given(options, names):
    """Return the flags among `names` that the user passed, as written.

    Example:

    >>> import argparse
    >>> given(argparse.Namespace(horizon=None, batch_size=8), ["horizon", "batch_size"])
    ['--batch-size']
    """
    passed = [name for name in names if getattr(options, name) is not None]
    return ["--" + name.replace("_", "-") for name in passed]


def check_one_kind(options):
    """Refuse flags of both kinds: a file holds one model.

    Args:
        options: the parsed command line of `evaluate`.

    Raises:
        ValueError: if there are some of each.
    """
    of_forecasters, of_slowvae = (given(options, n) for n in (FORECASTER_FLAGS, SLOWVAE_FLAGS))
    if of_forecasters and of_slowvae:
        raise error(
            "st-keras evaluate",
            f"{', '.join(of_forecasters)} of forecasters with {', '.join(of_slowvae)} of SlowVAE",
            "flags of the model that the file holds",
            "Leave those of the other out.",
        )
