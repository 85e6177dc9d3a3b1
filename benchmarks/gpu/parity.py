"""Row: a network computes on the GPU what it computes on the CPU, and what the reference does."""

import keras
import numpy as np

from benchmarks.gpu import devices
from benchmarks.gpu.outputs import outputs
from benchmarks.gpu.parity_case import golden_case, random_case

# Of the largest value, as the golden tests allow of gradients on a CPU. TensorFloat-32 has ten bits
# of mantissa, and no bound is set for it.
TOLERANCE = 1e-4
# A gradient below that share of the largest of all weights is zero but for rounding, as before a
# softmax or a batch norm: it is held against the largest instead.
ZERO = 1e-5


def run(arguments, settings):
    """Compare forward pass, loss and gradients.

    Args:
        arguments: dict: "model", a name of `benchmarks.speed`; "tensor_float", bool, whether
            products in float32 may be rounded to TensorFloat-32.
        settings: of `benchmarks.gpu.options`.

    Returns:
        Dict of JSON values: "status", "text", "differences" by what was compared with.
    """
    model, allowed = arguments["model"], arguments["tensor_float"]
    backend = keras.backend.backend()
    measured = getattr(devices, f"{backend}_devices")(settings.smoke)[0]
    reference = getattr(devices, f"{backend}_reference")()
    devices.allow_tensor_float(backend, allowed)
    case = random_case(model, settings)
    expected, network = outputs(case, reference)
    found, _ = outputs(case, measured, network.get_weights())
    compared = {"CPU": differences(found, expected)}
    if settings.golden and backend == "tensorflow":
        case = golden_case(model, settings.golden)
        found, _ = outputs(case, measured)
        compared["golden"] = differences(found, case.reference())
    worst = max(max(each.values()) for each in compared.values())
    return {
        "status": "ok" if allowed or worst <= TOLERANCE else "differs",
        "text": "; ".join(f"from {name}: {_text(each)}" for name, each in compared.items()),
        "differences": compared,
    }


def differences(found, expected):
    """Return the largest differences of outputs, each as a share of the largest value.

    Args:
        found, expected: dicts of `benchmarks.gpu.outputs`.

    Returns:
        Dict of floats: "forward", "loss", and "gradient", that of the worst weight.

    Raises:
        FloatingPointError: if something is not finite.
    """
    pairs = list(zip(found["gradients"], expected["gradients"], strict=True))
    largest = max(np.abs(theirs).max() for _, theirs in pairs)
    return {
        "forward": _share(found["forward"], expected["forward"]),
        "loss": _share(found["loss"], expected["loss"]),
        "gradient": max(_share(*pair, largest) for pair in pairs),
    }


def _share(found, expected, largest=0.0):
    scale = np.abs(expected).max()
    scale = max(largest if scale < ZERO * largest else scale, np.finfo("float32").tiny)
    share = float(np.max(np.abs(np.subtract(found, expected))) / scale)
    if not np.isfinite(share):
        raise FloatingPointError("what was computed is not finite")
    return share


def _text(each):
    return ", ".join(f"{name} {value:.1e}" for name, value in each.items())
