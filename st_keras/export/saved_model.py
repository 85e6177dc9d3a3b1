"""Write a `Forecaster` as a SavedModel that TF Serving can load without this package."""

import contextlib
import os
import pathlib
import shutil
import tempfile

import keras
import tensorflow as tf

from st_keras.training import Forecaster
from st_keras.validation import error


def export_saved_model(model, path, verbose=False):
    """Export a trained `Forecaster` as a SavedModel.

    Signature `serving_default`, also named `forecast`:
        inputs   `context` (B, T, H, W, C) float32 in the user's units, `horizon` () int32 >= 1
        output   `forecast` (B, horizon, H, W, C) float32 in the user's units
    Batch, context length, height, width and horizon are free at every call; only a network with
    `layer_norm` serves the one height and width it was built for. Normalisation is inside. A
    horizon below 1, an empty context, or a height or width that `patch_size` does not divide is
    refused with `tf.errors.InvalidArgumentError`.

    The folder appears only once it is complete: it is written beside its place and then renamed.

    Args:
        model: a built `Forecaster`.
        path: folder to create, such as "saved_models/nowcast/1" (TF Serving wants a version number
            as its last part).
        verbose: bool. Print what Keras says about the endpoints. Default False.

    Returns:
        `pathlib.Path` of the folder.

    Raises:
        ValueError: if `model` is not a built `Forecaster`, if its network is told actions, or if
            `path` exists already.

    Example:

    >>> import tempfile, numpy as np
    >>> from st_keras.models import PredRNN
    >>> model = Forecaster(PredRNN(filters=(8,), kernel_size=3), context_length=2)
    >>> model.build((None, None, 16, 16, 1))
    >>> folder = export_saved_model(model, tempfile.mkdtemp() + "/1")
    >>> served = tf.saved_model.load(str(folder)).signatures["forecast"]
    >>> context = tf.zeros((1, 3, 16, 16, 1))
    >>> served(context=context, horizon=tf.constant(5))["forecast"].shape
    TensorShape([1, 5, 16, 16, 1])
    """
    path = pathlib.Path(path)
    where = "export_saved_model"
    if not isinstance(model, Forecaster) or not model.built:
        state = "not built" if isinstance(model, Forecaster) else "not a Forecaster"
        raise error(
            where,
            f"a {type(model).__name__} that is {state}",
            "a built st_keras.training.Forecaster",
            "Train or load it first, or call model.build((None, None, H, W, C)).",
        )
    action_size = getattr(model.network, "action_size", None)
    if action_size is not None:
        raise error(
            where,
            f"a Forecaster whose {type(model.network).__name__} is told actions of {action_size} "
            "numbers",
            "a network that reads frames alone: the signatures have no actions",
            "Use model.export(path), whose endpoint takes frames and actions.",
        )
    if path.exists():
        raise error(
            where,
            f"path={str(path)!r}, which exists",
            "a path that does not exist yet: nothing is overwritten",
            "Choose the next version number, or remove the old folder yourself.",
        )

    def forecast(context, horizon):
        # Else the operations that cannot work with such inputs may run, and fail, first.
        with tf.control_dependencies(_served_checks(context, horizon, model.network)):
            context, horizon = tf.identity(context), tf.identity(horizon)
        return {"forecast": model.rollout(context, horizon)}

    signature = [
        tf.TensorSpec(model.frames_shape, tf.float32, name="context"),
        tf.TensorSpec((), tf.int32, name="horizon"),
    ]
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint("serving_default", forecast, input_signature=signature)
    archive.add_endpoint("forecast", forecast, input_signature=signature)

    path.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished_folder(path) as unfinished:
        archive.write_out(str(unfinished), verbose=verbose)
        os.rename(unfinished, path)
    return path


def _served_checks(context, horizon, network):
    """Return the assertions that a served call makes about its inputs."""
    steps, height, width = (tf.shape(context)[axis] for axis in (1, 2, 3))
    checks = [
        _at_least_one(horizon, "horizon", "Pass horizon=1 or more."),
        _at_least_one(steps, "number of context frames", "Pass the frames observed so far."),
    ]
    patch_size = getattr(network, "patch_size", 1)
    for name, size in (("height", height), ("width", width)):
        message = error(
            "forecast",
            f"a context whose {name} is not divisible by {patch_size}",
            f"a {name} divisible by {patch_size}, the patch_size of the network",
            f"Crop or pad the {name}.",
        )
        checks.append(tf.debugging.assert_equal(size % patch_size, 0, str(message)))
    return checks


def _at_least_one(value, name, action):
    message = error("forecast", f"a {name} below 1", f"a {name} of at least 1", action)
    return tf.debugging.assert_positive(value, message=str(message))


@contextlib.contextmanager
def _unfinished_folder(path):
    """Yield a folder beside `path`; what is left of it afterwards is removed."""
    scratch = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield scratch / "unfinished"
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
