"""Open a model that `train` or `demo` saved, or a preset."""

import contextlib
import re
import zipfile

import keras

from st_keras.cli.model_path import REQUIRED, WHERE, check_model_path
from st_keras.entry_points import imported
from st_keras.files.damaged_file import expands_too_far
from st_keras.files.json_file import read_json
from st_keras.files.unpacked_size import ExpansionError
from st_keras.files.zip_members import check_zip
from st_keras.models.family import family, outside_names
from st_keras.models.preset_folder import load_preset, read_metadata
from st_keras.models.shipped_models import located_model
from st_keras.training import Forecaster
from st_keras.validation import InputError, error

CONFIG = "config.json"
_REGISTERED_NAME = re.compile(r'"registered_name": "([^">]+>[^"]+)"')


def load_trained(path, kinds=(Forecaster,)):
    """Load a `.keras` file that `train`, `demo` or `study` wrote, or a preset's folder.

    Args:
        path: pathlib.Path, or the name of a model that comes with the package.
        kinds: tuple of the model classes that will do. Default: a `Forecaster`.

    Returns:
        The model.

    Raises:
        ValueError: if the file is missing, is no Keras file or one that expands
            beyond all real data, or holds something else.
    """
    check_model_path(path)
    path = located_model(path)
    if path.is_dir():
        _import_families_of(path / CONFIG)
        return load_preset(WHERE, path, kinds)
    try:
        check_zip(path)
        _import_families_of(zipfile.Path(path, CONFIG))
        model = keras.models.load_model(path)
    except ExpansionError as problem:
        raise expands_too_far(WHERE, path, problem) from problem
    except Exception as problem:
        # Keras raises many types for archives it cannot make sense of.
        received = f"{str(path)!r}, which Keras cannot load ({type(problem).__name__}: {problem})"
        raise error(WHERE, received, REQUIRED, "Train or copy it again.") from problem
    if not isinstance(model, kinds):
        received = f"{str(path)!r}, which holds a {type(model).__name__}"
        names = " or ".join(kind.__name__ for kind in kinds)
        raise error(WHERE, received, REQUIRED, f"Pass a file with a {names}.")
    return model


def _import_families_of(config):
    """Import the families of other packages if a file has a class that Keras does not know.

    Args:
        config: path of the `config.json` of a model.
    """
    try:
        names = set(_REGISTERED_NAME.findall(config.read_text()))
    except (OSError, ValueError, KeyError):
        return  # whoever loads it says what is wrong
    if names <= set(keras.saving.get_custom_objects()):
        return
    for name in outside_names():
        with contextlib.suppress(ImportError):  # then it is not that one, or Keras will say so
            imported(family(name).model)


def run_record(path):
    """Return the `run.json` that `train` or `demo` wrote beside a model, or None.

    Of a preset, what it has kept of that.
    """
    path = located_model(path)
    if path.is_dir():
        record = read_metadata(WHERE, path)["provenance"].get("run")
    else:
        try:
            record = read_json(WHERE, path.parent / "run.json", "a run record")
        except InputError:
            return None
    # What else lies there under that name is not ours.
    ours = isinstance(record, dict) and isinstance(record.get("options", {}), dict)
    return record if ours else None


def trained_smaller(path):
    """Return the sentence that a result needs of a model whose recipe was scaled down, or "".

    Args:
        path: path of the model.
    """
    options = (run_record(path) or {}).get("options", {})
    if not options.get("scale"):
        return ""
    return (
        f"Trained by {options.get('recipe')} at --scale {options['scale']}: these are not the "
        "scores of the published network and training."
    )


def check_frames_fit(model, image_shape):
    """Raise `ValueError` unless the model can take frames of shape (H, W, C)."""
    *size, channels = model.frames_shape[2:]
    size = None if None in size else tuple(size)
    if image_shape[-1] != channels or (size and tuple(image_shape[:2]) != size):
        pixels = f"{size[0]} x {size[1]} pixels and " if size else ""
        raise error(
            "--data",
            f"frames of shape {tuple(image_shape)} (H, W, C)",
            f"{pixels}{channels} channel(s), as the model was trained on",
            "Pass data of the same kind as in training.",
        )
