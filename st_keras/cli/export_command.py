"""`st-keras export run/model.keras --out saved_models/nowcast --next-version --warmup`."""

import numpy as np

from st_keras.cli.array_reading import as_trained
from st_keras.cli.model_file import load_trained, run_record
from st_keras.cli.run_folder import check_writable
from st_keras.datasets import load_array_file
from st_keras.datasets.frame_view import view_frames
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
    warmup, axes = options.warmup, options.axes
    if warmup not in (None, True) and isinstance(model, SlowVAE):
        _refuse_axes(axes, "the images of a SlowVAE")
        warmup = _first_images(model, warmup)
    elif warmup not in (None, True):
        record = run_record(options.model_file) or {}
        warmup = _first_contexts(model, warmup, as_trained(options, record, warmup)["axes"])
    else:
        _refuse_axes(axes, "no file to warm up with")
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


def _refuse_axes(axes, received):
    if axes is not None:
        raise error(
            "--axes",
            f"{axes} with {received}",
            "--warmup FILE with sequences of frames, whose axes they are",
            "Leave --axes out.",
        )


def _first_contexts(model, path, axes):
    """Return the first frames of the first sequences of a file."""
    if takes_actions(model.network):
        raise error(
            "--warmup",
            f"{str(path)!r} for the network {type(model.network).__name__}, which is told actions",
            "frames and actions, which one file does not hold",
            "Write --warmup alone for zeros, or call export_saved_model(..., warmup={...}).",
        )
    view = view_frames("--warmup", load_array_file(path), axes)
    count, end = view.shape[:2]
    length = model.context_length
    if end < length:
        raise error(
            "--warmup",
            f"sequences of {end} frames (axes read as {view.axes})",
            f"at least {length} frames, the context of the model",
            "Pass longer sequences, or --warmup alone for zeros.",
        )
    first = [view.read(n, 0, length) for n in range(min(count, WARMUP_SEQUENCES))]
    return np.stack(first).astype("float32")


def _first_images(model, path):
    """Return the first images of a file, whatever axes they stand in."""
    array = load_array_file(path)
    is_one = tuple(array.shape) == tuple(model.image_shape)
    first = np.asarray(array if array.ndim == 0 or is_one else array[:WARMUP_SEQUENCES])
    if first.shape[-3:] != model.image_shape:
        return first  # the exporter says what is wrong
    return first.reshape(-1, *model.image_shape)[:WARMUP_SEQUENCES]
