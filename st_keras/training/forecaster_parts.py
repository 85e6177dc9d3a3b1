"""What a `Forecaster` is made of."""

from st_keras.validation import error


def check_parts(network, sampling, normalization):
    """Raise `ValueError` unless there is a network, and a sampling and normalization, or None."""
    for name, part, method, example in (
        ("network", network, "loss_terms", "st_keras.models.PredRNN(...)"),
        ("sampling", sampling, "probabilities", "ReverseScheduledSampling.over(num_batches)"),
        ("normalization", normalization, "inverse", "FrameNormalization.from_range(0, 255)"),
    ):
        if not hasattr(part, method) and (part is not None or name == "network"):
            raise error(
                "Forecaster",
                f"{name}={part!r}",
                f"an object with `{method}`",
                f"Pass {name}={example}.",
            )
