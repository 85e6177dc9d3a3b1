"""`st-keras export run/model.keras --out saved_models/nowcast --next-version --warmup`."""

import pathlib
from dataclasses import dataclass

import numpy as np

from st_keras.cli.command import Command, CommandSettings
from st_keras.cli.frame_data import Reading, axes
from st_keras.cli.model_path import check_model_path, model_path
from st_keras.cli.run_folder import check_writable
from st_keras.datasets import load_array_file
from st_keras.datasets.array_file import check_array_file
from st_keras.datasets.windows.frame_view import view_frames
from st_keras.export.serving.limits import MAX_VALUES
from st_keras.export.signatures.version_folder import next_version
from st_keras.settings import value_types as types
from st_keras.settings.setting import setting, switch
from st_keras.validation import error

WARMUP_SEQUENCES = 4
AS_MAX_VALUES = "(default: as --max-values)"


def _bound(default, help):
    return setting(types.whole(1), default, help, metavar="N")


@dataclass(frozen=True, kw_only=True)
class Export(CommandSettings):
    """Write a trained model as a SavedModel."""

    model_file: pathlib.Path = model_path()
    out: pathlib.Path = setting(types.path, help="new folder, such as nowcast/1")
    next_version: bool = switch(
        "--out is the folder above: write the next number in it, as TF Serving wants"
    )
    warmup: pathlib.Path | bool | None = setting(
        types.path,
        None,
        "add requests for TF Serving to warm up with, of the first sequences or images of a "
        "file (default: of zeros)",
        kind="optional",
        metavar="FILE",
    )
    max_horizon: int | None = _bound(None, f"largest horizon that is answered {AS_MAX_VALUES}")
    max_batch: int | None = _bound(None, f"most sequences or images in a call {AS_MAX_VALUES}")
    max_values: int = _bound(
        MAX_VALUES,
        "values a call may make: frames (4096 at least for each), states or images "
        f"(default: {MAX_VALUES})",
    )
    axes: str | None = axes("as trained")

    @property
    def folder(self):
        """Path of the SavedModel."""
        return next_version(self.out) if self.next_version else self.out

    @property
    def warmup_file(self):
        """Path of the file to warm up with, or None."""
        return None if self.warmup is True else self.warmup


def check(settings):
    """Refuse a model or a file that is not there, and a place that cannot be written."""
    check_writable(settings.folder)
    check_model_path(settings.model_file)
    if settings.warmup_file:
        check_array_file("--warmup", str(settings.warmup_file))
    else:
        _refuse_axes(settings.axes, "no file to warm up with")


def export(settings):
    """Write the SavedModel and say what it can be asked."""
    from st_keras.cli.array_reading import as_trained
    from st_keras.cli.model_file import load_trained, run_record
    from st_keras.export import export_saved_model
    from st_keras.models import Nowcaster, SlowVAE
    from st_keras.training import Forecaster

    model = load_trained(settings.model_file, kinds=(Forecaster, Nowcaster, SlowVAE))
    warmup, file = settings.warmup, settings.warmup_file
    if file and isinstance(model, SlowVAE):
        _refuse_axes(settings.axes, "the images of a SlowVAE")
        warmup = _first_images(model, file)
    elif file:
        record = run_record(settings.model_file) or {}
        warmup = _first_contexts(
            model, file, as_trained(Reading(axes=settings.axes), record, file).axes
        )
    path = export_saved_model(
        model,
        settings.folder,
        warmup,
        verbose=True,
        max_horizon=settings.max_horizon,
        max_batch=settings.max_batch,
        max_values=settings.max_values,
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
    from st_keras.training.action_input import takes_actions

    if takes_actions(getattr(model, "network", None)):  # a Nowcaster has none
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


COMMAND = Command(name="export", settings=Export, check=check, work=export)
