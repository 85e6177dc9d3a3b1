"""What `Forecaster` accepts for training: frames, or pairs of context and future, with weights."""

import keras
import tensorflow as tf

from st_keras.ops.patching import FRAME_AXES
from st_keras.training.action_input import check_training_actions, split_actions
from st_keras.training.sample_weights import check_sample_weight
from st_keras.validation import check_rank, error


def training_sequences(data, network, context_length, per_pixel=False):
    """Return what one element of a dataset holds.

    Args:
        data: frames, or a tuple (frames, future, sample_weight) or the first of these, as Keras
            gives it to a step; for a network that is told actions with a dict in place of frames.
        network: the next-frame network.
        context_length: int.
        per_pixel: bool. Whether each pixel may have a weight. Default False.

    Returns:
        `(frames (B, T, H, W, C), further arguments of the network, sample weights or None)`.

    Raises:
        ValueError: for what cannot be trained on.
    """
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    check_sample_weight("Forecaster", sample_weight, per_pixel)
    x, given = split_actions(x, network)
    frames = frames_of(x, y, context_length)
    check_training_shape(frames.shape, context_length)
    if given:
        check_training_actions(given["actions"].shape, frames.shape, network)
    return frames, given, sample_weight


def frames_of(x, y, context_length):
    """Return the frames (B, T, H, W, C) of one element of a dataset.

    Args:
        x: the frames, or those of the context.
        y: None, or the future frames. Both are joined along time, in float32.
        context_length: int.

    Raises:
        ValueError: for pairs whose context has not `context_length` frames, or other channels or
            another size than the future.
    """
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
    sizes = zip(x.shape[2:], y.shape[2:], strict=True)
    if any(None not in pair and pair[0] != pair[1] for pair in sizes):
        raise error(
            "Forecaster",
            f"pairs of contexts of (H, W, C) = {tuple(x.shape[2:])} and futures of "
            f"{tuple(y.shape[2:])}",
            "one size and the same channels in both: the network forecasts the frames it reads",
            "Keep those channels in the context that are to be forecast, or add them to the "
            "future.",
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
