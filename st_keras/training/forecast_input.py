"""What `Forecaster` accepts: frames for training, contexts for forecasting."""

import keras
import numpy as np
import tensorflow as tf

from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_divisible, check_rank, error


def frames_of(data, context_length):
    """Return the frames (B, T, H, W, C) of one element of a dataset.

    `(context, future)` pairs are joined along time, in float32. Sample weights are refused, and
    pairs whose context has not `context_length` frames.
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
    if y is None:
        return x
    for name, frames in (("context", x), ("future", y)):
        check_rank("Forecaster", name, frames.shape, FRAME_AXES)
    if x.shape[1] not in (None, context_length):
        raise error(
            "Forecaster",
            f"pairs (context, future) whose context has {x.shape[1]} frame(s)",
            f"context_length={context_length} frame(s)",
            f"Split the sequences there, or use Forecaster(context_length={x.shape[1]}).",
        )
    # Not the dtype of the context: bytes would cut the fractions off a future in floats.
    return tf.concat([tf.cast(x, "float32"), tf.cast(y, "float32")], axis=1)


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
            f"Use sequences of at least {context_length + 1} frames"
            + (f", or Forecaster(context_length={shape[1] - 1})." if shape[1] > 1 else "."),
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
    patch_size = getattr(network, "patch_size", 1)
    divisor = getattr(network, "size_divisor", patch_size)
    # A network that shrinks its patches further has a divisor of its own.
    name = "patch_size" if divisor == patch_size else "size_divisor"
    for axis, size in (("H", context.shape[2]), ("W", context.shape[3])):
        check_divisible(where, axis, size, name, divisor)
    channels = network.channels
    if channels is not None and context.shape[-1] != channels:
        raise error(
            where,
            f"frames with {context.shape[-1]} channel(s)",
            f"{channels} channel(s), as in training",
            "Pass the channels the model was trained on, in the same order.",
        )
    fixed_size = getattr(network, "fixed_image_size", None)
    if fixed_size is not None and context.shape[2:4] != fixed_size:
        raise error(
            where,
            f"frames of size (H, W) = {context.shape[2:4]} with layer_norm=True",
            f"{fixed_size}, as in training, because layer_norm has a weight per position",
            "Crop or pad the frames, or train a network with layer_norm=False.",
        )
    return context
