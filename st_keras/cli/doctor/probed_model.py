"""The model that a request describes, compiled, and a random batch for it."""

import pathlib

import keras
import numpy as np
import tensorflow as tf

from st_keras.cli.doctor.probe_request import SAVED, SLOWVAE
from st_keras.cli.model_file import load_trained
from st_keras.models import SlowVAE
from st_keras.models.family import family
from st_keras.training import Forecaster
from st_keras.training.recipes import sampling_of
from st_keras.validation import error

KINDS = (Forecaster, SlowVAE)
LEARNING_RATE = 1e-4


def build(request):
    """Return the built model of a `ProbeRequest`, compiled with Adam as `st-keras train` does.

    Raises:
        ValueError: for settings that the network refuses, or a file that is no such model.
    """
    if request.kind == SAVED:
        model = _of_file(request)
    elif request.kind == SLOWVAE:
        model = SlowVAE(**request.settings, dtype=request.precision)
    else:
        model = _forecaster(request)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), jit_compile=request.jit_compile)
    if not model.built:
        model.build((None, None, *request.image_shape))
    return model


def training_step(request):
    """Return the model of a request, and a function that makes one update as `fit` does.

    Returns:
        `(model, step)`; `step()` returns the loss, a float.
    """
    model = build(request)
    batch = random_batch(request, model)
    model.make_train_function()
    return model, lambda: float(model.train_function(iter([batch]))["loss"])


def random_batch(request, model):
    """Return what `fit` would take from a dataset: random frames in [0, 1], and actions."""
    random = np.random.default_rng(0)
    lead = (request.batch_size, request.frames)
    frames = tf.constant(random.random((*lead, *request.image_shape), "float32"))
    size = getattr(getattr(model, "network", None), "action_size", None)
    if size is None:
        return frames
    return {"frames": frames, "actions": tf.constant(random.random((*lead, size), "float32"))}


def redressed(model, precision=None, remat=None):
    """Return a new model of the same settings, with another dtype policy or another `remat`.

    Args:
        model: `Forecaster` or `SlowVAE`.
        precision: dtype policy. Default None: that of the model.
        remat: what the network's argument of that name takes. Default None: as it is.

    Returns:
        The model itself if nothing is to be changed; else one that is not built, without weights.

    Raises:
        ValueError: if the network has no `remat`.
    """
    changes = {}
    if precision is not None:
        changes["dtype"] = precision
    if remat is not None:
        changes["remat"] = remat
        if not can_recompute(getattr(model, "network", model)):
            raise error(
                "--remat",
                f"{remat!r} for a {type(getattr(model, 'network', model)).__name__}",
                "a network that can compute its activations again",
                "Leave --remat out, or pass a smaller --batch-size.",
            )
    if not changes:
        return model
    if isinstance(model, SlowVAE):
        return SlowVAE.from_config({**model.get_config(), **changes})
    network = type(model.network).from_config({**model.network.get_config(), **changes})
    config = {**model.get_config(), "network": keras.saving.serialize_keras_object(network)}
    config.pop("dtype")  # of the network, unless it is given
    return Forecaster.from_config(config)


def can_recompute(network):
    """Whether a network has the argument `remat`."""
    return "remat" in network.get_config()


def _forecaster(request):
    of_kind = family(request.kind)
    network = of_kind.model_class(**request.settings, dtype=request.precision, name=request.kind)
    training = dict(request.training)
    preset, steps = training.pop("preset", None), training.pop("steps", None)
    sampling = training.pop("sampling", None)
    if sampling is not None:
        training["sampling"] = sampling_of(of_kind.recipes[preset], sampling, steps)
    return Forecaster(network, context_length=max(1, request.frames // 2), **training)


def _of_file(request):
    model = load_trained(pathlib.Path(request.settings["file"]), KINDS)
    return redressed(model, request.precision, request.settings.get("remat"))
