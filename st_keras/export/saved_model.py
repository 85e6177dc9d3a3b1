"""Write a model as a SavedModel that TF Serving can load without this package."""

import pathlib

import tensorflow as tf

from st_keras.export.serving.limits import MAX_VALUES
from st_keras.export.signatures.bounds import Bounds
from st_keras.export.signatures.forecast import forecast_signature
from st_keras.export.signatures.nowcaster import largest_horizon, nowcaster_signatures
from st_keras.export.signatures.slowvae import slowvae_signatures
from st_keras.export.signatures.streaming import streaming_signatures
from st_keras.export.signatures.table import signature_table
from st_keras.export.signatures.warmup import check_example, warmup_requests, write_requests
from st_keras.files.whole_folder import check_new, whole_folder
from st_keras.layers.loop_weights import cast_weights, weights_replaced
from st_keras.models.next_frame_network import NextFrameNetwork
from st_keras.models.nowcaster.nowcaster import Nowcaster
from st_keras.models.slowvae.slowvae import SlowVAE
from st_keras.training import Forecaster
from st_keras.validation import error

WHERE = "export_saved_model"
KINDS = (Forecaster, Nowcaster, SlowVAE)


def export_saved_model(
    model,
    path,
    warmup=None,
    verbose=False,
    max_horizon=None,
    max_batch=None,
    max_values=MAX_VALUES,
    missing=None,
):
    """Export a trained `Forecaster`, `Nowcaster` or `SlowVAE` as a SavedModel.

    Signatures of a `Forecaster`; [actions] if its network is told them, [known] if some of its
    inputs are known in advance, K of them in the order of its channels:

        forecast     context (B, T, H, W, C), horizon (), [actions (B, T + horizon - 1, A)],
                     [known (B, horizon - 1, H, W, K)]
                     -> forecast (B, horizon, H, W, C); it is also `serving_default`
        init_state   batch_size (), height (), width () -> the states, each called state_...
        step         frame (B, H, W, C), [action (B, A)], the states
                     -> prediction (B, H, W, C) of the next frame, the states
        rollout      horizon (), [actions (B, horizon - 1, A)], [known (B, horizon - 1, H, W, K)],
                     the states
                     -> forecast (B, horizon, H, W, C), what follows the last frame of `step`

    Frames are float32 in the user's units; normalisation is inside. Sizes and horizon are int32,
    states float32: give them back as they came. Frame by frame gives what `forecast` gives of the
    whole context. All axes but C and A are free at every call; only a network with `layer_norm`
    serves the one height and width it was built for. Context and frame have all channels of the
    data, forecast and prediction the targets.

    A model with missing="mask" takes NaN for missing values, and answers NaN where a pixel was
    missing in all frames; a stream remembers that in a state more, `state_known`. Without any value
    may be `max_missing_scans` frames of a context, and as many frames of a stream in a row.

    Signatures of a `Nowcaster`, for T >= `context_length` frames, of which the last ones are read:

        forecast     context (B, T, H, W, 1), horizon () -> forecast (B, horizon, H, W, 1), mm/h, by
                     the model's decision; also `serving_default`
        exceedance   context, horizon (), thresholds (K,), mm/h
                     -> probability (B, horizon, H, W, K) of a rate of at least the threshold
        members      context, horizon (), members (), seed ()
                     -> members (B, members, horizon, H, W, 1), mm/h, as `model.forecast` draws them

    NaN is no data, and the answer where no frame has any. The largest horizon is `model.horizon`,
    which may be set before the export, for no weight depends on it: what is cheap is computed for
    so many lead times, the rest for those that are asked for.

    Signatures of a `SlowVAE`, for images in [0, 1] of the size it was built for:

        encode       images (B, H, W, C) -> codes (B, L), log_variance (B, L); also
                     `serving_default`
        decode       codes (B, L) -> images (B, H, W, C)
        traverse     images (B, H, W, C), latent (), values (K,) -> images (B, K, H, W, C)

    What cannot be answered is refused with `tf.errors.InvalidArgumentError`: a horizon or a batch
    below 1, sizes that the network cannot take, NaN and infinity, states of another batch or size,
    negative rain, pixels outside [0, 1], a latent that is not there; and what is larger than the
    bounds below, before it takes memory. Whoever serves the model obeys them, TF Serving too. They
    hold for what a call makes; what a client sends is in memory before any graph sees it, and is
    for the server to bound.

    The folder appears only once it is complete: it is written beside its place, in a folder whose
    name is no version to TF Serving, and then renamed.

    Args:
        model: a built `Forecaster`, `Nowcaster` or `SlowVAE`.
        path: folder to create, such as "saved_models/nowcast/1" (TF Serving wants a version number
            as its last part; see `next_version`).
        warmup: an example, of which one request per signature is written for TF Serving to answer
            when it loads the model, so that the first real one is not slow: array (B, T, H, W, C)
            of context frames; of a network that is told actions a dict {"context", "actions"}, with
            T + 1 actions; of a SlowVAE images (B, H, W, C). True: zeros, one sequence, of the size
            the model was built for. Needs the extra `[serving]`. Default None: no requests.
        verbose: bool. Print the signatures, their inputs and outputs, and the bounds. Default
            False.
        max_horizon: int of at least 1. The largest horizon that is answered. Default None: as
            `max_values` allows; of a `Nowcaster` its `horizon`, which is the largest.
        max_batch: int of at least 1. The most sequences or images in a call. Default None: as
            `max_values` allows.
        max_values: int of at least 1. The most values of what a call makes: frames (with those of
            the context), states or images; a frame of all sequences counts as 4096 at least, for
            its step takes time however small it is. Default 50,000,000, which `DevelopmentServer`
            has too: 200 MB, 12,207 small frames, 12 frames of 2000 x 2000 pixels. The network needs
            several times the memory while it computes.
        missing: "mask" or "refuse", what NaN in frames is: a missing value, or refused. Default
            None: as the model was made; one that refuses it cannot be exported with "mask". Of a
            `Nowcaster` "mask".

    Returns:
        `pathlib.Path` of the folder.

    Raises:
        ValueError: if `model` is none of these or not built, if `path` exists already or cannot be
            written, if `warmup` does not fit the model or the bounds, or its package is missing, if
            a bound is out of range, or for another `missing`.

    Example:

    >>> import tempfile, numpy as np
    >>> from st_keras.models import PredRNN
    >>> model = Forecaster(PredRNN(filters=(8,), kernel_size=3), context_length=2)
    >>> model.build((None, None, 16, 16, 1))
    >>> folder = export_saved_model(model, tempfile.mkdtemp() + "/1")
    >>> served = tf.saved_model.load(str(folder)).signatures
    >>> context = tf.zeros((1, 3, 16, 16, 1))
    >>> served["forecast"](context=context, horizon=tf.constant(5))["forecast"].shape
    TensorShape([1, 5, 16, 16, 1])
    >>> sizes = {"batch_size": 1, "height": 16, "width": 16}
    >>> states = served["init_state"](**{k: tf.constant(v) for k, v in sizes.items()})
    >>> for frame in tf.unstack(context, axis=1):
    ...     states = served["step"](frame=frame, **states)
    ...     prediction = states.pop("prediction")
    >>> served["rollout"](horizon=tf.constant(5), **states)["forecast"].shape
    TensorShape([1, 5, 16, 16, 1])
    """
    path = pathlib.Path(path)
    _check_model(model)
    _check_missing(model, missing)
    bounds = _bounds(model, max_horizon, max_batch, max_values)
    check_new(WHERE, path)
    wanted = warmup is not None and warmup is not False
    example = check_example(WHERE, model, warmup) if wanted else None

    signatures = {each.name: each for each in _signatures(model, bounds, missing)}
    requests = None
    if wanted:
        name = _base_name(path)
        requests = warmup_requests(WHERE, name, signatures, example, bounds.max_horizon)
    variables, cast = _cast_weights(model)
    with weights_replaced(variables, cast):
        served = {name: signature.trace() for name, signature in signatures.items()}
    logs = []
    if requests is not None:
        logs = requests({name: signatures[name].by_name(served[name]) for name in signatures})
    module = tf.Module()
    module.weights = [weight for graph in served.values() for weight in graph.graph.variables]
    served["serving_default"] = served[next(iter(served))]
    with whole_folder(WHERE, path) as folder:
        try:
            # Graphs, not functions, which TensorFlow would trace once more.
            tf.saved_model.save(module, str(folder), signatures=served)
            write_requests(folder, logs)
        except tf.errors.OpError as reason:  # how TensorFlow reports a full disk
            raise OSError(reason.message) from reason
    if verbose:
        limits = bounds.text(horizon=not isinstance(model, SlowVAE))
        print(f"{signature_table(path)}\nin each call: {limits}")
    return path


def _signatures(model, bounds, missing):
    """Return the signatures, the default one first."""
    if isinstance(model, SlowVAE):
        return slowvae_signatures(model, bounds)
    if isinstance(model, Nowcaster):
        return nowcaster_signatures(model, bounds, missing)
    # Other networks keep no states that we know of.
    streams = isinstance(model.network, NextFrameNetwork)
    streaming = streaming_signatures(model, bounds, missing) if streams else ()
    return [forecast_signature(model, bounds, missing), *streaming]


def _check_missing(model, missing):
    """Refuse to serve NaN with a model that does not know what it means."""
    own = getattr(model, "missing", None)  # what a Forecaster was made with
    allowed = [None, "refuse", "mask" if isinstance(model, Nowcaster) else own]
    allowed = [None] if isinstance(model, SlowVAE) else allowed
    if missing not in allowed:
        raise error(
            WHERE,
            f"missing={missing!r} with a {type(model).__name__}"
            + ("" if own is None else f" made with missing={own!r}"),
            f"one of {', '.join(map(repr, dict.fromkeys(allowed)))}",
            "Leave missing out, or train a Forecaster(missing='mask').",
        )


def _bounds(model, max_horizon, max_batch, max_values):
    if isinstance(model, SlowVAE) and max_horizon is not None:
        raise error(
            WHERE,
            f"max_horizon={max_horizon!r} with a SlowVAE, which forecasts no frames",
            "max_batch or max_values",
            "Leave max_horizon out.",
        )
    if isinstance(model, Nowcaster):
        most = largest_horizon(model, Bounds(max_horizon))
        if max_horizon is not None and max_horizon > most:
            raise error(
                WHERE,
                f"max_horizon={max_horizon} with a Nowcaster of horizon={most}",
                f"an int from 1 to {most}",
                "Pass a smaller one, or set model.horizon, on which no weight depends.",
            )
        max_horizon = most
    return Bounds(max_horizon, max_batch, max_values)


def _cast_weights(model):
    """Cast weights once, for they change no more: a step would cast them in each call.

    Returns:
        `(variables, cast)`: variables of the model, and what to read in their place, as
        variables, which a graph alone does not keep: the caller must.
    """
    network = getattr(model, "network", None)
    if not isinstance(network, NextFrameNetwork):
        return [], []
    variables, tensors = cast_weights(network.rnn.cell)
    return variables, [tf.Variable(tensor, trainable=False) for tensor in tensors]


def _base_name(path):
    """Name of the folder above the version, by which TF Serving's users call the model."""
    return path.absolute().parent.name


def _check_model(model):
    served = isinstance(model, KINDS)
    if served and model.built:
        return
    state = "not built" if served else "not a Forecaster, Nowcaster or SlowVAE"
    raise error(
        WHERE,
        f"a {type(model).__name__} that is {state}",
        "a built st_keras.training.Forecaster, or Nowcaster or SlowVAE of st_keras.models",
        "Train or load it first, or call model.build((None, None, H, W, C)).",
    )
