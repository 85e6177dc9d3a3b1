"""Weights of the sequences in a `Forecaster`'s loss."""

import keras
import numpy as np
import tensorflow as tf

from st_keras.validation import error


def check_sample_weight(where, sample_weight):
    """Raise `ValueError` unless there are no weights, or one number for each sequence, (B,)."""
    if sample_weight is None:
        return
    shape = getattr(sample_weight, "shape", np.shape(sample_weight))
    if getattr(shape, "rank", len(shape)) != 1:
        raise error(
            where,
            f"sample_weight of shape {tuple(shape)}",
            "one number for each sequence, (B,)",
            "Average the weights of each sequence, as in sample_weight.mean(axis=(1, 2, 3, 4)).",
        )


def as_pairs(where, arguments, context_length):
    """Return arguments of `fit` or `evaluate` in which sample weights have a `y` beside them.

    Keras drops the weights of an `x` alone, and no strategy distributes a None. Frames
    (N, T, H, W, C) in memory, and those of dataset elements (frames, None, sample_weight), are
    handed over as context and future instead, which is the same data.

    Args:
        where: str. Who asks; an error begins with it.
        arguments: dict with `x`, `y`, `sample_weight` and others, those that were given.
        context_length: int.

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
    check_sample_weight(where, weights)
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
