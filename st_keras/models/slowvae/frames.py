"""What SlowVAE accepts as frames and images."""

import keras
import numpy as np
from keras import ops

from st_keras.models.graph_refusal import refuse_unless
from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_rank, error


def check_frames_shape(where, frames_shape, image_shape):
    """Raise `ValueError` unless frames are (B, T, H, W, C) of the image shape built for."""
    check_rank(where, "frames", frames_shape, FRAME_AXES)
    if tuple(frames_shape[2:]) != tuple(image_shape):
        raise error(
            where,
            f"frames of {tuple(frames_shape[2:])}",
            f"{tuple(image_shape)}, for which the network was built",
            "Resize the frames, or build a new model.",
        )


def pair_frames(data):
    """Return the frames (B, T, H, W, C), float32 in [0, 1], of what Keras gives a train step."""
    frames, labels, weights = keras.utils.unpack_x_y_sample_weight(data)
    if labels is not None or weights is not None:
        raise error(
            "SlowVAE.fit",
            "frames with labels or sample weights",
            "frames alone: training is unsupervised",
            "Pass dataset.map(lambda frames, labels: frames).",
        )
    check_rank("SlowVAE.fit", "frames", frames.shape, FRAME_AXES)
    if frames.shape[1] is not None and frames.shape[1] < 2:
        raise error(
            "SlowVAE.fit",
            f"sequences of {frames.shape[1]} frame",
            "at least 2, neighbours in time",
            "Pair the frames with numpy.stack([frames[:-1], frames[1:]], axis=1).",
        )
    scale = 1 / 255 if keras.backend.standardize_dtype(frames.dtype) == "uint8" else 1.0
    return ops.cast(frames, "float32") * scale


def refuse_outside_unit_range(where, frames):
    """Return float32 frames that a graph refuses at run time if a finite pixel is not in [0, 1].

    Outside of it the Bernoulli likelihood is none: the loss falls without end. What is not finite
    is left to `NaNGuard`, which names the sample.

    Args:
        where: str. Who refuses.
        frames: float32 tensor (B, T, H, W, C).
    """
    import tensorflow as tf

    finite = tf.boolean_mask(frames, tf.math.is_finite(frames))
    low, high = tf.reduce_min(finite), tf.reduce_max(finite)
    check = refuse_unless(
        (low >= 0.0) & (high <= 1.0) | tf.equal(tf.size(finite), 0),
        where,
        tf.strings.join(["pixels from ", tf.strings.as_string(low, shortest=True)])
        + tf.strings.join([" to ", tf.strings.as_string(high, shortest=True)]),
        "pixels in [0, 1], of which the Bernoulli likelihood is one",
        "Pass grey values as uint8, divide floats by 255, or use SlowVAE(likelihood='gaussian').",
    )
    # In a graph the check comes before whatever reads the frames; run eagerly, it has raised.
    with tf.control_dependencies([] if check is None else [check]):
        return tf.identity(frames)


def check_images(where, images, image_shape, likelihood):
    """Return images (..., H, W, C) as float32, or raise `ValueError`."""
    if image_shape is None:
        raise error(
            where,
            "a model without weights",
            "a built model",
            "Train it, load it, or call model.build((None, None, H, W, C)).",
        )
    images = np.asarray(images)
    if images.shape[-3:] != tuple(image_shape):
        raise error(
            where,
            f"images of shape {images.shape}",
            f"(..., {', '.join(map(str, image_shape))})",
            "Add a channel axis with images[..., None], or resize the images.",
        )
    if images.dtype == np.uint8:
        return images.astype("float32") / np.float32(255)
    images = images.astype("float32")
    low, high = (images.min(), images.max()) if images.size else (0.0, 0.0)
    bounded = likelihood != "bernoulli" or (low >= 0.0 and high <= 1.0)
    if not (np.isfinite(low) and np.isfinite(high) and bounded):
        raise error(
            where,
            f"pixels from {low} to {high}",
            "finite pixels" + (" in [0, 1]" if likelihood == "bernoulli" else ""),
            "Divide grey values by 255, or pass them as uint8.",
        )
    return images
