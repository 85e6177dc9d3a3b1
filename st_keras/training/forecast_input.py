"""What `Forecaster` accepts: frames for training, contexts for forecasting."""

import keras
import numpy as np
import tensorflow as tf

from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_divisible, check_rank, error


def frames_of(data):
    """Return the frames (B, T, H, W, C) of one element of a dataset.

    `(context, future)` pairs are joined along time. Sample weights are refused.
    """
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    if sample_weight is not None:
        raise error(
            "Forecaster",
            "a dataset with sample weights",
            "elements that are frames (B, T, H, W, C), or pairs (context, future)",
            "Drop the weights; give frequent sequences a larger share of the dataset instead.",
        )
    for name, frames in (("x", x), ("y", y)):
        if isinstance(frames, (dict, list, tuple)):
            raise error(
                "Forecaster",
                f"{name} as a {type(frames).__name__}",
                "one tensor of frames (B, T, H, W, C)",
                "Map the dataset to the frames: dataset.map(lambda d: d['video']).",
            )
    return x if y is None else tf.concat([x, tf.cast(y, x.dtype)], axis=1)


def check_training_shape(shape, context_length):
    """Refuse sequences that are not (B, T, H, W, C) with static T > context_length."""
    check_rank("Forecaster", "frames", shape, FRAME_AXES)
    if shape[1] is None:
        raise error(
            "Forecaster.fit",
            f"frames of shape {tuple(shape)}, with an unknown number of frames",
            "sequences of one known length",
            "Cut windows (SequenceDataset), or set the shape with tf.ensure_shape.",
        )
    if shape[1] <= context_length:
        raise error(
            "Forecaster.fit",
            f"sequences of {shape[1]} frames with context_length={context_length}",
            "at least one frame more than context_length",
            f"Use longer sequences, or Forecaster(context_length={max(shape[1] - 1, 1)}).",
        )


def check_context(context, network):
    """Return `context` as a real array the network can take, or raise `ValueError`."""
    where = "Forecaster.forecast"
    context = np.asarray(context)
    check_rank(where, "context", context.shape, ("N", *FRAME_AXES[1:]))
    if context.dtype.kind not in "fiub":
        raise error(
            where,
            f"context of dtype {context.dtype}",
            "real numbers (float, int or uint8)",
            "Convert with context.astype('float32').",
        )
    if 0 in context.shape:
        raise error(
            where,
            f"context of shape {context.shape}, which is empty",
            "at least one sequence with at least one frame",
            "Check the slice that made the context.",
        )
    finite = np.isfinite(context)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise error(
            where,
            f"{np.count_nonzero(~finite)} NaN or infinite values, the first at {first}",
            "finite values",
            "Fill missing pixels, for example with numpy.nan_to_num(context).",
        )
    for axis, size in (("H", context.shape[2]), ("W", context.shape[3])):
        check_divisible(where, axis, size, "patch_size", getattr(network, "patch_size", 1))
    channels = network.channels
    if channels is not None and context.shape[-1] != channels:
        raise error(
            where,
            f"frames with {context.shape[-1]} channel(s)",
            f"{channels} channel(s), as in training",
            "Pass the channels the model was trained on, in the same order.",
        )
    return context
