"""Row: the largest rates of convolutions and matrix products, by dtype, on TensorFlow."""

from benchmarks.machine_rates import CONVOLUTIONS, MATRICES, machine_rates

DTYPES = ("float32", "float16", "bfloat16")
TINY = {"convolutions": ((2, 4, 8),), "matrices": (32,)}


def run(arguments, settings):
    """Measure.

    Args:
        arguments: dict, empty.
        settings: of `benchmarks.gpu.options`.

    Returns:
        Dict of JSON values: "status", "text", "rates" in FLOP/s.
    """
    full = {"convolutions": CONVOLUTIONS, "matrices": MATRICES}
    rates = machine_rates(DTYPES, **(TINY if settings.smoke else full))
    text = ", ".join(f"{dtype} {each['convolution'] / 1e12:.3g}" for dtype, each in rates.items())
    return {"status": "ok", "text": f"convolutions, TFLOP/s: {text}", "rates": rates}
