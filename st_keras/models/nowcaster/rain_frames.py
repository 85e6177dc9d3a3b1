"""What `Nowcaster` accepts as frames."""

import numpy as np

from st_keras.models.graph_refusal import refuse_unless
from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_rank, error


def check_frames_shape(where, shape, context_length):
    """Refuse frames of another rank, with several channels, or too few.

    Args:
        where: str. Who asks; the error begins with it.
        shape: of the frames, of which any may be unknown.
        context_length: int, frames at least.
    """
    check_rank(where, "frames", shape, FRAME_AXES)
    if shape[-1] != 1:
        raise error(
            where,
            f"frames with {shape[-1]} channel(s)",
            "one channel: rain rates in mm/h",
            "Pass frames[..., k:k + 1] of the channel k that holds rain.",
        )
    if shape[1] is not None and shape[1] < context_length:
        raise error(
            where,
            f"{shape[1]} frame(s)",
            f"at least {context_length}, the context_length of the model",
            "Pass more frames, or make a model with a shorter context.",
        )


def check_context(where, context, context_length):
    """Return a context as float32, or raise `ValueError`.

    Args:
        where: str. Who asks; the error begins with it.
        context: array (N, T, H, W, 1), mm/h; NaN is no data.
        context_length: int.

    Returns:
        float32 array (N, context_length, H, W, 1), the last frames.
    """
    context = np.asarray(context)
    check_frames_shape(where, context.shape, context_length)
    if 0 in context.shape:
        raise error(
            where,
            f"context of shape {context.shape}, which is empty",
            "at least one sequence",
            "Check the slice that made the context.",
        )
    context = context[:, -context_length:].astype("float32")
    wrong = int(np.isinf(context).sum() + (context < 0).sum())
    if wrong:
        raise error(where, f"a context with {wrong} negative or infinite value(s)", *_required())
    return context


def accepted_rates(where, frames, batch=None):
    """Return frames of a step, which fails at run time if they are no rain rates.

    XLA cannot compile it.

    Args:
        where: str. Who refuses.
        frames: float tensor, mm/h, NaN where there is no data.
        batch: integer tensor or None, the number of the batch for the message.
    """
    import tensorflow as tf

    wrong = tf.reduce_sum(tf.cast(tf.math.is_inf(frames) | (frames < 0), tf.int32))
    place = ["a batch"] if batch is None else ["batch ", tf.strings.as_string(batch)]
    received = [*place, " with ", tf.strings.as_string(wrong), " negative or infinite value(s)"]
    check = refuse_unless(wrong == 0, where, tf.strings.join(received), *_required())
    with tf.control_dependencies([] if check is None else [check]):
        return tf.identity(frames)


def _required():
    return (
        "rain rates in mm/h, NaN where there is no data",
        "Convert other units first, as reflectivities with "
        "st_keras.layers.ReflectivityRainRate, and fill codes with NaN.",
    )
