"""Peak memory of a training step, predicted for any batch from two small ones."""

from st_keras.cli.doctor.memory_line import MARGIN, fitted_line
from st_keras.cli.doctor.probe import probe
from st_keras.cli.doctor.probe_request import SAVED, SLOWVAE
from st_keras.validation import InputError

SMALL, LARGE = 1, 3


def predict(request, available, tell, probe=probe):
    """Measure two small batches, and predict the one that is asked for.

    Args:
        request: `ProbeRequest`.
        available: int, bytes that training may use; None if unknown.
        tell: function of a line of text, called before each measurement.
        probe: function of a `ProbeRequest`, for tests. Default: the measurement.

    Returns:
        dict of JSON values: "measured" (a list, one entry for each batch), "fixed_bytes",
        "sample_bytes", "predicted_bytes", "largest_batch" (None if unknown), "available_bytes",
        "margin", "fits" (None if unknown), "parameters" and "device".

    Raises:
        ValueError: if a measurement fails.
    """
    results = {}
    for batch_size in (SMALL, LARGE if request.batch_size >= LARGE else 2):
        small = request.replace(batch_size=batch_size)
        tell(f"measuring {small.describe()}")
        results[batch_size] = probe(small)
    line = fitted_line({batch: result.peak_bytes for batch, result in results.items()})
    predicted = line.at(request.batch_size)
    known = available is not None
    return {
        "request": request.describe(),
        "batch_size": request.batch_size,
        "measured": [entry(batch, result) for batch, result in results.items()],
        "fixed_bytes": line.fixed_bytes,
        "sample_bytes": line.sample_bytes,
        "predicted_bytes": predicted,
        "available_bytes": available,
        "margin": MARGIN,
        "largest_batch": line.largest_batch(available) if known else None,
        "fits": predicted <= (1 - MARGIN) * available if known else None,
        "parameters": results[SMALL].parameters,
        "device": results[SMALL].device,
    }


def verify(request, found, tell, probe=probe):
    """Run the batch that is asked for, and add "verified" to what `predict` found.

    It is not run where it is not predicted to fit.
    """
    if found["fits"] is False:
        found["verified"] = None
        return
    tell(f"measuring {request.describe()}")
    result = probe(request)
    ratio = found["predicted_bytes"] / result.peak_bytes
    found["verified"] = {**entry(request.batch_size, result), "predicted_to_measured": ratio}


def alternatives(request, available, tell, probe=probe):
    """Return what `predict` finds for each way to need less memory, by its flag.

    One that the network refuses, or that fails, is {"failed": message}.
    """
    found = {}
    for flag, other in _ways(request).items():
        try:
            found[flag] = predict(other, available, tell, probe)
        except InputError as reason:
            found[flag] = {"failed": str(reason)}
    return found


def entry(batch_size, result):
    """Return one measurement as JSON values."""
    return {
        "batch_size": batch_size,
        "peak_bytes": result.peak_bytes,
        "base_bytes": result.base_bytes,
        "first_seconds": result.first_seconds,
        "step_seconds": result.step_seconds,
    }


def _ways(request):
    ways = {}
    # Of a file it is not known here what it holds, and a SlowVAE has no time steps.
    if request.kind not in (SAVED, SLOWVAE) and not request.settings.get("remat"):
        settings = {**request.settings, "remat": "step"}
        ways["--remat step"] = request.replace(settings=settings)
    if request.precision in (None, "float32") and request.kind != SAVED:
        ways["--precision mixed_bfloat16"] = request.replace(precision="mixed_bfloat16")
    return ways
