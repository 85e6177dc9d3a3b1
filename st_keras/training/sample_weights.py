"""Weights of the sequences, or of their pixels, in a `Forecaster`'s loss."""

import keras
import numpy as np
import tensorflow as tf

from st_keras.models.graph_refusal import refuse_unless
from st_keras.validation import error

# Axes of weights per pixel, with and without channels.
_OF_PIXELS = (4, 5)


def check_sample_weight(where, sample_weight, per_pixel=False):
    """Raise `ValueError` unless there are no weights, or one number for each sequence, (B,).

    Args:
        where: str. Who asks; the error begins with it.
        sample_weight: array, tensor or None.
        per_pixel: bool. Whether (B, T, H, W) and (B, T, H, W, C) will do too. Default False.
    """
    if sample_weight is None:
        return
    shape = getattr(sample_weight, "shape", np.shape(sample_weight))
    rank = shape.rank if hasattr(shape, "rank") else len(shape)
    if rank is None:
        raise error(
            where,
            "sample_weight of unknown rank, as in a graph that was made for weights of another",
            "one rank of weights in all calls of a compiled model",
            "Compile the model again before the weights change their rank.",
        )
    if rank == 1 or (per_pixel and rank in _OF_PIXELS):
        return
    required, advice = "one number for each sequence, (B,)", ""
    if per_pixel:
        required += ", or for each pixel, (B, T, H, W) or (B, T, H, W, C)"
    elif rank in _OF_PIXELS:
        advice = ", or weigh pixels with Forecaster(missing='mask')"
    raise error(
        where,
        f"sample_weight of shape {tuple(shape)}",
        required,
        "Average the weights of each sequence, as in sample_weight.mean(axis=(1, 2, 3, 4))"
        f"{advice}.",
    )


def weights_of_values(where, sample_weight, frames_shape, context_length):
    """Return weights of the values of whole sequences, (B, T, H, W, C) or with sizes of 1.

    Args:
        where: str. Who asks; an error begins with it.
        sample_weight: (B,), (B, T, H, W) or (B, T, H, W, C), T being the frames of the sequence or
            those after the context, and C the targets; or None. Context frames without weights of
            their own weigh 1.
        frames_shape: static shape (B, T, H, W, C) of the targets.
        context_length: int.

    Returns:
        float32 tensor of rank 5, or None.

    Raises:
        ValueError: for weights of other sizes.
    """
    if sample_weight is None:
        return None
    weights = tf.cast(sample_weight, "float32")
    if weights.shape.rank == 1:
        return weights[:, None, None, None, None]
    if weights.shape.rank == 4:
        weights = weights[..., None]
    _, steps, height, width, channels = frames_shape
    later = steps - context_length
    pairs = zip(weights.shape[2:4], (height, width), strict=True)
    fits = all(None in (a, b) or a == b for a, b in pairs)
    fits = fits and weights.shape[-1] in (None, 1, channels)
    # A graph that has seen both lengths knows neither: then it is told when it runs.
    if not fits or weights.shape[1] not in (None, steps, later):
        raise error(where, *_other_sizes(weights.shape, frames_shape, later))
    length = tf.shape(weights)[1]
    check = None
    if weights.shape[1] is None:
        said = _other_sizes(weights.shape, frames_shape, later)
        check = refuse_unless((length == steps) | (length == later), where, *said)
    with tf.control_dependencies([] if check is None else [check]):
        before = tf.ones_like(weights[:, :1])
        whole = tf.concat([tf.repeat(before, steps - length, axis=1), weights], axis=1)
    whole.set_shape([weights.shape[0], steps, *weights.shape[2:]])
    return whole


def _other_sizes(shape, frames_shape, later):
    """What a refusal of weights says: what came, what is required, what to do."""
    _, steps, _, _, channels = frames_shape
    return (
        f"sample_weight of shape {tuple(shape)}, (B, T, H, W, C), with targets of "
        f"{tuple(frames_shape)}",
        f"the height and width of the frames, {steps} steps or the {later} after the context, and "
        f"{channels} channel(s) or 1",
        "Cut the weights as the frames were cut.",
    )


def as_pairs(where, arguments, context_length, per_pixel=False):
    """Return arguments of `fit` or `evaluate` in which sample weights have a `y` beside them.

    Keras drops the weights of an `x` alone, and no strategy distributes a None. Frames
    (N, T, H, W, C) in memory, and those of dataset elements (frames, None, sample_weight), are
    handed over as context and future instead, which is the same data.

    Args:
        where: str. Who asks; an error begins with it.
        arguments: dict with `x`, `y`, `sample_weight` and others, those that were given.
        context_length: int.
        per_pixel: as in `check_sample_weight`.

    Returns:
        dict.

    Raises:
        ValueError: for weights of another rank than 1, weights of frames that are not longer than
            the context, or weights beside a dataset, whose elements have to hold them.
    """
    frames, weights = arguments.get("x"), arguments.get("sample_weight")
    if _is_weighted_without_y(frames):
        paired = frames.map(lambda x, _, w: (*_pair(x, context_length), w), tf.data.AUTOTUNE)
        return {**arguments, "x": paired}
    if weights is None or arguments.get("y") is not None:
        return arguments
    check_sample_weight(where, weights, per_pixel)
    sequences = frames.get("frames") if isinstance(frames, dict) else frames
    if not hasattr(sequences, "shape") or len(sequences.shape) != 5:
        raise error(
            where,
            f"sample_weight beside {type(frames).__name__} as x",
            "an array of frames (N, T, H, W, C) as x",
            "Let the elements of a dataset be (frames, None, sample_weight), or (context, future, "
            "sample_weight).",
        )
    if sequences.shape[1] <= context_length:
        return arguments  # refused for their length, as without weights
    context, future = _pair(frames, context_length)
    return {**arguments, "x": context, "y": future, "sample_weight": np.asarray(weights)}


def weights_like_losses(loss, y_true, y_pred, sample_weight):
    """Return weights (B,) with as many axes as what a loss makes of each batch.

    Keras multiplies both: weights (B,) and losses (B, T, H, W) would meet at their last axes.

    Args:
        loss: what `compile(loss=...)` was given.
        y_true, y_pred: (B, T, H, W, C).
        sample_weight: (B,), or None.

    Returns:
        Tensor (B, 1, ...), or None.

    Raises:
        ValueError: for a loss that is one number for the whole batch.
    """
    if sample_weight is None:
        return None
    function = keras.losses.get(loss)
    function = function.call if isinstance(function, keras.losses.Loss) else function
    # Asked for its shape alone: what is not used is not in the graph that runs.
    rank = len(function(y_true, y_pred).shape)
    if rank == 0:
        raise error(
            "Forecaster",
            f"sample_weight with a loss that is one number for the whole batch ({loss!r})",
            "a loss that leaves the batch axis",
            "Return one number for each sequence, (B,), or for each pixel, (B, T, H, W).",
        )
    return tf.reshape(sample_weight, [-1] + [1] * (rank - 1))


def _pair(frames, context_length):
    """Return (context, future) of frames, or of a dict of frames and the actions of them all."""
    told = isinstance(frames, dict)
    sequences = frames["frames"] if told else frames
    context, future = sequences[:, :context_length], sequences[:, context_length:]
    return {**frames, "frames": context} if told else context, future


def _is_weighted_without_y(data):
    spec = data.element_spec if isinstance(data, tf.data.Dataset) else None
    if not isinstance(spec, tuple) or len(spec) != 3 or not isinstance(spec[1], tf.NoneTensorSpec):
        return False
    return not isinstance(spec[0], dict) or "frames" in spec[0]
