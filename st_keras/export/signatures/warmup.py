"""Requests that TF Serving answers to itself before it takes any: the first one is not slow."""

import numpy as np
import tensorflow as tf

from st_keras.export.serving.failures import plain_message
from st_keras.export.serving.serving_api import WARM_UP_FILE, require_serving_api
from st_keras.export.serving.signature import STATE
from st_keras.models.nowcaster import rain_frames
from st_keras.models.nowcaster.nowcaster import Nowcaster
from st_keras.models.slowvae.frames import check_images
from st_keras.models.slowvae.slowvae import SlowVAE
from st_keras.training.action_input import check_future_actions, takes_actions
from st_keras.training.forecast_input import check_context
from st_keras.training.known_inputs import known_array
from st_keras.validation import check_rank, error

HORIZON = 2  # or 1, where the model answers no more
VALUES = np.float32([-1, 0, 1])
THRESHOLDS = np.float32([1])  # mm/h; one, as one member: no more values than a forecast
WITHOUT = "warmup=None"


def check_example(where, model, warmup):
    """Return the example that the requests are made of, or raise `ValueError`.

    Args:
        where: str. Who asks; the errors begin with it.
        model: a built `Forecaster`, `Nowcaster` or `SlowVAE`.
        warmup: what `export_saved_model` takes.

    Returns:
        Dict of float32 arrays: "images"; or "context" and, if the network is told them, "actions",
        and, if there are any, "known" inputs.
    """
    require_serving_api(where, WITHOUT)
    if warmup is True:
        warmup = _zeros(where, model)
    if isinstance(model, SlowVAE):
        images = check_images(where, _one_array(where, warmup), model.image_shape, model.likelihood)
        check_rank(where, "warmup", images.shape, ("B", "H", "W", "C"))
        return {"images": _not_empty(where, images)}
    if isinstance(model, Nowcaster):
        frames = _one_array(where, warmup)
        return {"context": rain_frames.check_context(where, frames, model.context_length)}
    wanted = {"context": "(B, T, H, W, C)"}
    if takes_actions(model.network):
        wanted["actions"] = "(B, T + 1, A)"
    if model.reader.channels.known:
        wanted["known"] = f"{{name: (B, 1, H, W)}} of {list(model.reader.channels.known)}"
    if len(wanted) == 1:
        warmup = {"context": _one_array(where, warmup)}
    elif not isinstance(warmup, dict) or set(warmup) != set(wanted):
        network = type(model.network).__name__
        keys = sorted(map(str, warmup)) if isinstance(warmup, dict) else type(warmup).__name__
        parts = ", ".join(f'"{name}": {shape}' for name, shape in wanted.items())
        raise error(
            where,
            f"warmup of {keys} for the network {network}, which is told {_told(wanted)}",
            f"a dict {{{parts}}}, or True",
            f"Pass {'both' if len(wanted) == 2 else 'all'}, or True for zeros.",
        )
    context = check_context(warmup["context"], model.network, model.reader, model.max_missing_scans)
    example = {"context": context}
    if "actions" in wanted:
        example["actions"] = check_future_actions(
            warmup["actions"], context, HORIZON, model.network
        )
    if "known" in wanted:
        example["known"] = known_array(warmup["known"], context, HORIZON, model.reader)
    return {name: array.astype("float32") for name, array in example.items()}


def _told(wanted):
    """What a model is told beside its context, in words."""
    words = {"actions": "actions", "known": "known inputs"}
    return " and ".join(words[name] for name in wanted if name in words)


def warmup_requests(where, model_name, signatures, example, max_horizon=None):
    """Return a function that makes one request for each signature.

    What can be known before a graph is traced is checked at once.

    Args:
        where: str. Who asks; the errors begin with it.
        model_name: str, the name the model will be served by.
        signatures: dict of `GraphSignature`, the default one first.
        example: what `check_example` returned.
        max_horizon: int, or None: the largest that is answered.

    Returns:
        Function of `served`, a dict from the names of the signatures to functions of named tensors,
        to a list of `PredictionLog`. A stream is really run: the states in the requests are those
        of its first steps.

    Raises:
        ValueError: if the example is more than the bounds of the signatures allow.
    """
    requests = _nowcasts if "exceedance" in signatures else _forecasts
    requests = _codes if "images" in example else requests
    first, rest = requests(**example, horizon=min(HORIZON, max_horizon or HORIZON))
    for name in (each for each in signatures if each in first):
        _check_accepted(where, signatures[name], first[name])

    def make(served):
        named = {**first, **rest(served)}
        default = next(iter(signatures))
        chosen = {"serving_default": named[default], **{name: named[name] for name in signatures}}
        return [_request(model_name, signature, inputs) for signature, inputs in chosen.items()]

    return make


def write_requests(folder, requests):
    """Write requests where TF Serving looks for them.

    Args:
        folder: `pathlib.Path` of the version.
        requests: list of `PredictionLog`; nothing is written if it is empty.
    """
    if not requests:
        return
    path = folder / WARM_UP_FILE
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path)) as writer:
        for request in requests:
            writer.write(request.SerializeToString())


def _forecasts(context, horizon, actions=None, known=None):
    """Return the requests that no other precedes, and a function of `served` to the others."""

    def told(first, last, name="actions"):
        if actions is None:
            return {}
        chosen = actions[:, first:last]
        return {name: chosen[:, 0] if name == "action" else chosen}

    batch, length, height, width, _ = context.shape
    number = {"horizon": np.int32(horizon)}
    later = {} if known is None else {"known": known[:, : horizon - 1]}
    sizes = zip(("batch_size", "height", "width"), np.int32([batch, height, width]), strict=True)
    sizes = dict(sizes)

    def stream(served):
        if "init_state" not in served:  # a network whose states we do not know
            return {}
        step = {"frame": context[:, 0], **told(0, 1, "action"), **served["init_state"](**sizes)}
        states = {k: v for k, v in served["step"](**step).items() if k.startswith(STATE)}
        return {"step": step, "rollout": {**number, **told(1, horizon), **later, **states}}

    forecast = {"context": context, **number, **told(0, length + horizon - 1), **later}
    return {"forecast": forecast, "init_state": sizes}, stream


def _nowcasts(context, horizon):
    """Return the same of a Nowcaster, which has no streams."""
    forecast = {"context": context, "horizon": np.int32(horizon)}
    members = {**forecast, "members": np.int32(1), "seed": np.int32(0)}
    exceedance = {**forecast, "thresholds": THRESHOLDS}
    first = {"forecast": forecast, "exceedance": exceedance, "members": members}
    return first, lambda served: {}


def _codes(images, horizon):
    """Return the same of a SlowVAE."""
    traverse = {"images": images, "latent": np.int32(0), "values": VALUES}

    def decode(served):
        return {"decode": {"codes": served["encode"](images=images)["codes"]}}

    return {"encode": {"images": images}, "traverse": traverse}, decode


def _check_accepted(where, signature, inputs):
    """Let the checks of a signature refuse a request, before the whole of it is traced."""
    try:
        signature.check(**inputs)
    except tf.errors.InvalidArgumentError as refusal:
        raise error(
            where,
            f"warmup that the model would refuse ({plain_message(refusal.message)})",
            "an example within max_batch and max_values",
            "Pass fewer or smaller frames, or larger bounds.",
        ) from refusal


def _request(model_name, signature, inputs):
    api = require_serving_api("export_saved_model", WITHOUT)
    request = api.PredictRequest()
    request.model_spec.name = model_name
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(np.asarray(value)))
    return api.PredictionLog(predict_log=api.PredictLog(request=request))


def _zeros(where, model):
    shape = model.image_shape
    if None in shape:
        raise error(
            where,
            f"warmup=True with a model built for frames of (H, W, C) = {tuple(shape)}",
            "a height and width to warm up with",
            "Pass an example as warmup: an array (B, T, H, W, C) of the frames you will send.",
        )
    if isinstance(model, SlowVAE):
        return np.zeros((1, *shape), "float32")
    context = np.zeros((1, model.context_length, *shape), "float32")
    if isinstance(model, Nowcaster):
        return context
    zeros = {"context": context}
    if takes_actions(model.network):
        steps = model.context_length + HORIZON - 1
        zeros["actions"] = np.zeros((1, steps, model.network.action_size))
    known = model.reader.channels.known
    if known:
        zeros["known"] = {name: np.zeros((1, HORIZON - 1, *shape[:2])) for name in known}
    return zeros if len(zeros) > 1 else context


def _one_array(where, warmup):
    if isinstance(warmup, dict):
        raise error(
            where,
            f"warmup as a dict of {sorted(map(str, warmup))}",
            "one array: this model is told no actions",
            "Pass the frames alone.",
        )
    return warmup


def _not_empty(where, images):
    if not len(images):
        raise error(
            where,
            f"warmup of shape {images.shape}",
            "at least one image",
            "Check the slice that made it.",
        )
    return images
