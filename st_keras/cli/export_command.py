"""`st-keras export run/model.keras --out saved_models/nowcast --next-version --warmup`."""

import numpy as np

from st_keras.cli.model_file import load_trained
from st_keras.cli.run_folder import check_writable
from st_keras.datasets import load_array_file
from st_keras.datasets.frame_array import view_as_sequences
from st_keras.export import export_saved_model, next_version
from st_keras.models import SlowVAE
from st_keras.training import Forecaster
from st_keras.training.action_input import takes_actions
from st_keras.validation import error

WARMUP_SEQUENCES = 4


def run(options):
    """Write the SavedModel and say what it can be asked."""
    out = next_version(options.out) if options.next_version else options.out
    check_writable(out)
    model = load_trained(options.model_file, kinds=(Forecaster, SlowVAE))
    warmup = options.warmup
    if warmup not in (None, True):
        first = _first_images if isinstance(model, SlowVAE) else _first_contexts
        warmup = first(model, warmup)
    path = export_saved_model(
        model,
        out,
        warmup,
        verbose=True,
        max_horizon=options.max_horizon,
        max_batch=options.max_batch,
        max_values=options.max_values,
    )
    if warmup is not None:
        print("with one request for each, which TF Serving answers when it loads the model")
    print(f"SavedModel: {path}")


def _first_contexts(model, path):
    """Return the first frames of the first sequences of a file."""
    if takes_actions(model.network):
        raise error(
            "--warmup",
            f"{str(path)!r} for the network {type(model.network).__name__}, which is told actions",
            "frames and actions, which one file does not hold",
            "Write --warmup alone for zeros, or call export_saved_model(..., warmup={...}).",
        )
    sequences, axes = view_as_sequences("--warmup", load_array_file(path))
    length = model.context_length
    if sequences.shape[1] < length:
        raise error(
            "--warmup",
            f"sequences of {sequences.shape[1]} frames (axes read as {axes})",
            f"at least {length} frames, the context of the model",
            "Pass longer sequences, or --warmup alone for zeros.",
        )
    return np.asarray(sequences[:WARMUP_SEQUENCES, :length], "float32")


def _first_images(model, path):
    """Return the first images of a file, whatever axes they stand in."""
    array = load_array_file(path)
    if array.shape[-3:] != model.image_shape:
        return np.asarray(array[:WARMUP_SEQUENCES])  # the exporter says what is wrong
    return np.asarray(array.reshape(-1, *model.image_shape)[:WARMUP_SEQUENCES])
