"""What a `Forecaster` is made of."""

from st_keras.validation import check_number, error

# `decouple_beta` of the published Moving MNIST script.
PUBLISHED_DECOUPLING_WEIGHT = 0.1


def check_parts(network, sampling, normalization):
    """Raise `ValueError` unless there is a network, and a sampling and normalization, or None."""
    transform = ("inverse", "of_channels")
    for name, part, methods, example in (
        ("network", network, ("loss_terms",), "st_keras.models.PredRNN(...)"),
        ("sampling", sampling, ("probabilities",), "ReverseScheduledSampling.over(num_batches)"),
        ("normalization", normalization, transform, "FrameNormalization.from_range(0, 255)"),
    ):
        lacks = [method for method in methods if not hasattr(part, method)]
        if lacks and (part is not None or name == "network"):
            raise error(
                "Forecaster",
                f"{name}={part!r}",
                f"an object with `{lacks[0]}`",
                f"Pass {name}={example}.",
            )


def decoupling_weight_of(network, decoupling_weight=None):
    """Return the weight of the memory decoupling term.

    Args:
        network: a next-frame network.
        decoupling_weight: float >= 0, or None: 0.1 as published if the network measures the term.

    Raises:
        ValueError: for a negative weight, or one of a term that the network does not measure.
    """
    measured = "decoupling" in network.loss_terms
    if decoupling_weight is None:
        return PUBLISHED_DECOUPLING_WEIGHT if measured else 0.0
    weight = check_number("Forecaster", "decoupling_weight", decoupling_weight, 0.0)
    if weight and not measured:
        raise error(
            "Forecaster",
            f"decoupling_weight={decoupling_weight} with a network whose loss terms are "
            f"{list(network.loss_terms)}",
            "a network that measures 'decoupling', or decoupling_weight=0",
            "Use PredRNN(decoupling=True), or set decoupling_weight=0.",
        )
    return weight
