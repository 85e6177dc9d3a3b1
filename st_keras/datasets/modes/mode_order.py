"""Which sequence of a mixture belongs to which mode."""

import numpy as np

# Blocks drawn in one go: one random stream per block would be slow for many labels.
_BLOCKS = 64


def mode_order(num_modes, seed, start, count):
    """Labels of the sequences `start` to `start + count - 1`.

    The sequences fall into blocks of `num_modes`. Each block holds every mode once, in an order
    that is a pure function of (seed, block); hence sequence `i` is number `i // num_modes` of its
    mode.

    Args:
        num_modes: int of at least 1.
        seed: int of at least 0.
        start: int of at least 0.
        count: int of at least 0.

    Returns:
        int64 (count,), 0 to `num_modes - 1`.

    Example:
    >>> labels = mode_order(num_modes=3, seed=0, start=0, count=6)
    >>> sorted(labels[:3].tolist()), sorted(labels[3:].tolist())
    ([0, 1, 2], [0, 1, 2])
    """
    piece = _BLOCKS * num_modes  # labels drawn in one go
    pieces = range(start // piece, -(-(start + count) // piece))
    labels = [
        np.random.default_rng((seed, k)).random((_BLOCKS, num_modes)).argsort(axis=1).ravel()
        for k in pieces
    ]
    offset = start % piece
    return np.concatenate([np.empty(0, "int64"), *labels])[offset : offset + count]


def sequences_of_mode(num_modes, seed, mode, num_sequences):
    """How many of the first sequences belong to a mode.

    Args:
        num_modes: int of at least 1.
        seed: int of at least 0.
        mode: int, 0 to `num_modes - 1`.
        num_sequences: int of at least 0.

    Returns:
        int.

    Example:
    >>> sum(sequences_of_mode(3, seed=0, mode=m, num_sequences=8) for m in range(3))
    8
    """
    blocks, rest = divmod(num_sequences, num_modes)
    return blocks + int(mode in mode_order(num_modes, seed, blocks * num_modes, rest))
