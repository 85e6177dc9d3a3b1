"""Gates and the gated memory update that all spatiotemporal cells share."""

from keras import ops


def split_gates(fused, count):
    """Split (B, H, W, count*F) into `count` gates (B, H, W, F), in the order they were fused.

    PredRNN fuses its gates in the order i, f, g, i_, f_, g_, o (the underscore marks the gates of
    the spatiotemporal memory).

    Example:

    >>> import numpy as np
    >>> [gate.shape[-1] for gate in split_gates(np.zeros((1, 4, 4, 28)), 7)]
    [4, 4, 4, 4, 4, 4, 4]
    """
    return ops.split(fused, count, axis=-1)


def memory_update(memory, i, f, g):
    """Return the updated memory and its increment.

        increment = i . g
        memory'   = f . memory + increment

    The arithmetic is float32 (or wider) whatever the dtype of the gates, because a memory is a
    running sum: in float16 or bfloat16 small increments would be lost. The new memory has the
    dtype of the old one, so a memory that starts in float32 stays there.

    Args:
        memory: tensor (B, H, W, F), the previous memory.
        i: tensor (B, H, W, F), input gate in (0, 1).
        f: tensor (B, H, W, F), forget gate in (0, 1).
        g: tensor (B, H, W, F), candidate in (-1, 1).

    Returns:
        `(memory', increment)`, both of the dtype of `memory`.
    """
    wide = "float64" if str(memory.dtype).endswith("float64") else "float32"
    i, f, g = (ops.cast(gate, wide) for gate in (i, f, g))
    increment = i * g
    updated = f * ops.cast(memory, wide) + increment
    return ops.cast(updated, memory.dtype), ops.cast(increment, memory.dtype)
