"""How a PredRNN-V2 writes into its two memories, step by step: what decoupling keeps apart."""

import itertools

from keras import ops

from st_keras.models.steps import run_steps
from st_keras.ops import channel_similarity
from st_keras.validation import error

POOLED = 4  # squares a side, of which an increment keeps the means


def memory_increments(network, frames, observed_mask=None):
    """Return what each layer writes into c and m at each step, behind the adapter, in inference.

        delta_c = A * (i . g)      delta_m = A * (i_ . g_)      A: the adapter, 1x1

    Args:
        network: a built `PredRNN` with `decoupling=True`.
        frames: (B, T, H, W, C) in network units; T static.
        observed_mask: (B, T) or None, as in its `call`.

    Returns:
        `(similarity, increments)`: float32 (B, T, L), the mean over channels of
        `channel_similarity`, what training punishes; and float32 (B, T, L, 2, 16 F), both
        increments (c first), each the means over 4 x 4 parts of the frame of all F channels.

    Raises:
        ValueError: for a network without decoupling.

    Example:

    >>> import numpy as np
    >>> from st_keras.models import PredRNN
    >>> network = PredRNN(filters=(4, 4), kernel_size=3, patch_size=2)
    >>> network.build((None, None, 16, 16, 1))
    >>> similarity, increments = memory_increments(network, np.zeros((2, 3, 16, 16, 1), "float32"))
    >>> similarity.shape, increments.shape
    (TensorShape([2, 3, 2]), TensorShape([2, 3, 2, 2, 64]))

    References: Wang et al.: PredRNN. TPAMI 2022, arXiv 2103.09504, which maps increments by t-SNE.
    """
    if not getattr(network, "decoupling", False):
        raise error(
            "memory_increments",
            f"{type(network).__name__} without memory decoupling",
            "a PredRNN with decoupling=True, whose cells return their increments",
            "Train one: st-keras train predrnn.",
        )
    rollout = network.rnn.cell
    stack = rollout.cell
    similarities, increments = [], []
    for x, before, _ in run_steps(network, frames, observed_mask):
        below, _ = rollout.encode(rollout.read(x, before["prediction"]), x)
        m, of_layers, pooled = before["m"], [], []
        for layer, cell in enumerate(stack.cells, start=1):
            output, (below, _, m) = cell(below, [before[f"h{layer}"], before[f"c{layer}"], m])
            deltas = [stack.adapter(delta) for delta in output[1:]]
            of_layers.append(ops.mean(channel_similarity(*deltas), axis=-1))
            pooled.append(ops.stack([_parts(delta) for delta in deltas], axis=1))
        similarities.append(ops.stack(of_layers, axis=1))
        increments.append(ops.stack(pooled, axis=1))
    return ops.stack(similarities, axis=1), ops.stack(increments, axis=1)


def _parts(maps):
    """(B, H, W, F) -> float32 (B, 16 F): means over 4 x 4 parts, which may differ by a pixel."""
    maps = ops.cast(maps, "float32")
    for axis in (1, 2):
        size = maps.shape[axis]
        edges = [round(k * size / POOLED) for k in range(POOLED + 1)]
        parts = [
            ops.mean(ops.take(maps, range(a, max(b, a + 1)), axis=axis), axis=axis, keepdims=True)
            for a, b in itertools.pairwise(edges)
        ]
        maps = ops.concatenate(parts, axis=axis)
    return ops.reshape(maps, (ops.shape(maps)[0], -1))
