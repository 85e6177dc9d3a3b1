"""What `Forecaster` accepts as the context of a forecast."""

import numpy as np

from st_keras.models.padded_frames import padded_size
from st_keras.ops.patching import FRAME_AXES
from st_keras.training.known_inputs import check_values
from st_keras.validation import check_divisible, check_rank, error


def check_context(context, network, reader=None, max_missing_scans=0):
    """Return `context` as a real array the network can take, or raise `ValueError`.

    Args:
        context: what the user gave.
        network: the next-frame network.
        reader: `FrameReader` of the model; None: it reads frames as they are.
        max_missing_scans: int. With a reader of frames with missing pixels: in how many frames of
            a sequence all targets may be missing. Default 0.
    """
    where = "Forecaster.forecast"
    context = np.asarray(context)
    check_rank(where, "context", context.shape, ("N", *FRAME_AXES[1:]))
    if 0 in context.shape:
        raise error(
            where,
            f"context of shape {context.shape}, which is empty",
            "at least one sequence with at least one frame",
            "Check the slice that made the context.",
        )
    masked = reader is not None and reader.masked
    check_values("context", context, masked)
    patch_size = getattr(network, "patch_size", 1)
    divisor = getattr(network, "size_divisor", patch_size)
    # A network that shrinks its patches further has a divisor of its own.
    name = "patch_size" if divisor == patch_size else "size_divisor"
    size = context.shape[2:4]
    if reader is not None and reader.pad:
        size = tuple(padded_size(each, divisor) for each in size)
    for axis, each in zip("HW", size, strict=True):
        check_divisible(where, axis, each, name, divisor)
    channels = network.channels if reader is None else reader.channel_count
    if channels is not None and context.shape[-1] != channels:
        raise error(
            where,
            f"frames with {context.shape[-1]} channel(s)",
            f"{channels} channel(s), as in training",
            "Pass the channels the model was trained on, in the same order.",
        )
    fixed_size = getattr(network, "fixed_image_size", None)
    if fixed_size is not None and size != fixed_size:
        raise error(
            where,
            f"frames of size (H, W) = {context.shape[2:4]} with layer_norm=True",
            f"{fixed_size}, as in training, because layer_norm has a weight per position",
            "Crop or pad the frames, or train a network with layer_norm=False.",
        )
    if masked:
        _check_scans(context, reader, max_missing_scans)
    return context


def _check_scans(context, reader, most):
    """Refuse sequences with more missing scans than the model was trained with."""
    chosen = reader.channels.targets
    targets = context if chosen is None else context[..., list(chosen)]
    if targets.dtype.kind != "f":
        return
    missing = np.isnan(targets).all(axis=(2, 3, 4))
    if missing.sum(axis=1).max() <= most:
        return
    sequence = int(missing.sum(axis=1).argmax())
    steps = np.flatnonzero(missing[sequence]).tolist()
    raise error(
        "Forecaster.forecast",
        f"sequence {sequence} with {len(steps)} context frame(s) without any data: {steps}",
        f"at most {most} missing scan(s), as in training (max_missing_scans={most})",
        "Leave the sequence out, or train with a larger max_missing_scans.",
    )
