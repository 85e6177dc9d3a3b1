"""What `Forecaster` accepts as the context of a forecast."""

import numpy as np

from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_divisible, check_rank, error


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
