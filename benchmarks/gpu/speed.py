"""Row: a training step of PyTorch's stand-in, or of ours on JAX: time, rate, peak memory."""

import numpy as np

from benchmarks.speed.contestant import Contestant
from benchmarks.speed.worker import answers

MODEL = "predrnn_v2"


def run(arguments, settings):
    """Time training steps.

    Args:
        arguments: dict: "by", who (`benchmarks.speed.contestant`), and "policy".
        settings: of `benchmarks.gpu.options`.

    Returns:
        Dict of JSON values, see `timed`.
    """
    return timed(Contestant(arguments["by"], MODEL, arguments["policy"], "train"), settings)


def timed(contestant, settings, prepare=None):
    """Time a contestant; the first call by itself.

    Args:
        contestant: `Contestant`.
        settings: of `benchmarks.gpu.options`.
        prepare: as in `benchmarks.speed.worker.answers`.

    Returns:
        Dict of JSON values: "status", "text", "first_seconds", "median_seconds", "calls",
        "peak_mib".
    """
    questions = ["turn"] * (settings.rounds + 1) + ["finish"]
    first, _, *turns, last = answers(contestant, settings, questions, prepare)
    seconds = [value for turn in turns for value in turn["seconds"]]
    median = float(np.median(seconds))
    rate = f", {settings.flop / median / 1e12:.3g} TFLOP/s"
    text = (
        f"first {first['first_seconds']:.1f} s, then {1e3 * median:.3g} ms, {1 / median:.3g} "
        f"steps/s{rate}, peak {last['peak_mib']:.0f} MiB"
    )
    return {
        "status": "ok",
        "text": text,
        **first,
        "median_seconds": median,
        "calls": len(seconds),
        **last,
    }
