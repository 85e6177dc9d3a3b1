"""A trained model as a folder: what it is, its weights, and where it comes from."""

import hashlib
import json
import pathlib

import keras
import numpy as np

from st_keras.choices import WEIGHTS_DTYPES
from st_keras.files.damaged_file import refuse_damaged
from st_keras.files.json_file import read_json
from st_keras.files.whole_folder import whole_folder
from st_keras.validation import InputError, check_one_of, error
from st_keras.version import __version__

FORMAT = 1
CONFIG, WEIGHTS, METADATA = "config.json", "model.weights.h5", "metadata.json"
_KEYS = {"model", "network", "parameters", "image_shape", "weights_dtype", "provenance"}


def save_preset(where, model, directory, weights_dtype="float32", provenance=None):
    """Write a built model into a new folder.

        config.json        what Keras needs to build it anew, normalisation included
        model.weights.h5   its weights, which `model.load_weights` reads as well; no optimizer
        metadata.json      kind, parameters, image shape, versions, provenance, SHA-256 of both

    Args:
        where: str. Who asks; the errors begin with it.
        model: a built `st_keras.models.trained_model.TrainedModel`.
        directory: str or path that does not exist.
        weights_dtype: "float32", or "float16" for half the size; the model loads in its own dtype.
        provenance: dict of JSON values: data, command, scores. Default: none.

    Returns:
        `pathlib.Path` of the folder.

    Raises:
        ValueError: for a model that is not built, a weight too large for float16, provenance that
            is not JSON, or a `directory` that exists or cannot be written.
    """
    check_one_of(where, "weights_dtype", weights_dtype, WEIGHTS_DTYPES)
    if not model.built:
        raise error(
            where,
            f"a {type(model).__name__} without weights",
            "a built model",
            "Train or load it first, or call model.build((None, None, H, W, C)).",
        )
    _check_range(where, model, weights_dtype)
    config = keras.saving.serialize_keras_object(model)
    config.pop("compile_config", None)
    metadata = {
        "format": FORMAT,
        "model": type(model).__name__,
        "network": type(getattr(model, "network", model)).__name__,
        "parameters": model.count_params(),
        "image_shape": list(model.image_shape),
        "weights_dtype": weights_dtype,
        "versions": {"st_keras": __version__, "keras": keras.__version__},
        "provenance": _json_of(where, provenance or {}),
    }
    directory = pathlib.Path(directory)
    with whole_folder(where, directory) as folder:
        (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
        _write_weights(model, folder / WEIGHTS, weights_dtype)
        metadata["sha256"] = {name: _sha256(folder / name) for name in (CONFIG, WEIGHTS)}
        (folder / METADATA).write_text(json.dumps(metadata, indent=1) + "\n", encoding="utf-8")
    return directory


def load_preset(where, directory, kinds):
    """Read a model that `save_preset` wrote. Nothing in the folder is executed.

    Args:
        where: str. Who asks; the errors begin with it.
        directory: str or path.
        kinds: class or tuple of the classes that will do.

    Returns:
        The model, not compiled.

    Raises:
        ValueError: if it is no such folder, a file in it is not the one that was written, or it
            holds another kind of model.
    """
    directory = pathlib.Path(directory)
    metadata = read_metadata(where, directory)
    for name, expected in metadata["sha256"].items():
        if not (directory / name).is_file() or _sha256(directory / name) != expected:
            raise error(
                where,
                f"{str(directory)!r}, whose {name} is missing or not the one that was saved",
                "the folder as save_to_preset wrote it",
                "Copy it again.",
            )
    model = _model_of(where, directory / CONFIG)
    if not isinstance(model, kinds):
        kinds = kinds if isinstance(kinds, tuple) else (kinds,)
        names = " or ".join(kind.__name__ for kind in kinds)
        raise error(
            where,
            f"{str(directory)!r}, which holds a {type(model).__name__}",
            f"a preset of a {names}",
            f"Pass the folder of another one, or ask {type(model).__name__} for it.",
        )
    with refuse_damaged(where, directory / WEIGHTS, f"the weights of what {CONFIG} beside it says"):
        model.load_weights(directory / WEIGHTS)
    return model


def _model_of(where, file):
    """Build what a config describes, without weights."""
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        _check_known(where, config)
        return keras.saving.deserialize_keras_object(config, safe_mode=True)
    except InputError:
        raise
    except Exception as reason:  # Keras raises many types for what it cannot make sense of
        raise error(
            where,
            f"{str(file)!r}, which describes no model that can be built here "
            f"({type(reason).__name__}: {str(reason)[:200]})",
            "the file as save_to_preset wrote it, and the version of st_keras and Keras for it",
            f"{METADATA} beside it says the versions.",
        ) from reason


def read_metadata(where, directory):
    """Return the `metadata.json` of a preset, a dict.

    Args:
        where: str. Who asks; the errors begin with it.
        directory: str or path.

    Raises:
        ValueError: if `directory` is no preset of a format that this version knows.
    """
    try:
        metadata = read_json(where, pathlib.Path(directory) / METADATA, "of a preset")
        known, hashes = metadata["format"] == FORMAT, metadata["sha256"]
        complete = set(hashes) == {CONFIG, WEIGHTS} and metadata.keys() >= _KEYS
        complete = complete and isinstance(metadata["provenance"], dict)
    except (ValueError, KeyError, TypeError, AttributeError):
        known = complete = False
    if not (known and complete):
        raise error(
            where,
            f"{str(directory)!r}, which has no {METADATA} of a preset of format {FORMAT}",
            "a folder that save_to_preset wrote",
            "Check the path, or use the version of st_keras that wrote it.",
        )
    return metadata


def _write_weights(model, path, weights_dtype):
    """Write the weights as Keras does, without the optimizer, in `weights_dtype`."""
    import h5py

    whole = path.with_name("whole.weights.h5")
    model.save_weights(whole)
    with h5py.File(whole) as source, h5py.File(path, "w") as target:

        def copy(name, item):
            if name.split("/")[0].startswith(("optimizer", "metrics")):
                return
            if isinstance(item, h5py.Group):
                target.require_group(name).attrs.update(item.attrs)
                return
            value = item[()]
            if np.issubdtype(value.dtype, np.floating):
                value = value.astype(weights_dtype)
            target.create_dataset(name, data=value).attrs.update(item.attrs)

        target.attrs.update(source.attrs)
        source.visititems(copy)
    whole.unlink()


def _check_range(where, model, weights_dtype):
    largest = np.finfo(weights_dtype).max
    for weight in model.weights:
        values = np.abs(keras.ops.convert_to_numpy(weight).astype("float64"))
        if not (values <= largest).all():
            raise error(
                where,
                f"weight {weight.path} with values up to {values.max():.3g}",
                f"finite values of at most {largest:.3g}, the largest of {weights_dtype}",
                "Save in float32, or train again if they are not finite.",
            )


def _check_known(where, config):
    """Refuse classes that would have to be imported: a file says nothing that runs here."""
    if isinstance(config, dict):
        name, module = config.get("registered_name"), config.get("module")
        ours = str(module).split(".")[0] in ("keras", "st_keras", "None", "builtins")
        registered = name and keras.saving.get_registered_object(name) is not None
        if "class_name" in config and not (ours or registered):
            raise error(
                where,
                f"a model with a {config['class_name']} of {module}, which is not registered here",
                "classes of st_keras and Keras, or such as you have registered",
                "Import the module that registers it first, if you trust it.",
            )
        config = list(config.values())
    if isinstance(config, list):
        for value in config:
            _check_known(where, value)


def _json_of(where, provenance):
    try:
        if not isinstance(provenance, dict):
            raise TypeError(f"a {type(provenance).__name__}, no dict")
        return json.loads(json.dumps(provenance, allow_nan=False))
    except (TypeError, ValueError) as reason:
        raise error(
            where,
            f"provenance that is not JSON ({reason})",
            "a dict of str, finite numbers, bool, None, lists and dicts",
            "Convert arrays with .tolist().",
        ) from reason


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
