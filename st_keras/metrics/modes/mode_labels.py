"""The check that the scores of modes share: one label per sequence, enough sequences per mode."""

import numpy as np

from st_keras.validation import error


def check_labels(where, labels, count, min_modes=2, min_rows=1):
    """Return the values of the labels and the mode of each row, or raise `ValueError`.

    Args:
        where: str. The score that asks.
        labels: array (N,) of int or str, the mode of each sequence.
        count: int. N, the number of sequences.
        min_modes: int. Different labels needed. Default 2.
        min_rows: int. Sequences of each mode needed. Default 1.

    Returns:
        The different labels, sorted (K,), and int64 (N,), the index of each row's label in them.

    Example:
    >>> from st_keras.metrics.modes.mode_labels import check_labels
    >>> values, index = check_labels("score", ["walk", "run", "walk"], 3)
    >>> values.tolist(), index.tolist()
    (['run', 'walk'], [1, 0, 1])
    """
    try:
        array = np.asarray(labels)
    except ValueError:  # rows of unequal length
        array = None
    if array is None or array.dtype.kind not in "iuU" or array.shape != (count,):
        kind = "irregular" if array is None else f"shape {array.shape}, dtype {array.dtype}"
        raise error(
            where,
            f"labels of type {type(labels).__name__}, {kind}, for {count} sequences",
            f"({count},), one int or str per sequence",
            "Pass the mode of each row, such as mode_labels of the dataset; cast floats with "
            "labels.astype(int).",
        )
    values, index, rows = np.unique(array, return_inverse=True, return_counts=True)
    if len(values) < min_modes or rows.min() < min_rows:
        found = ", ".join(f"{n} of mode {v}" for v, n in zip(values.tolist(), rows, strict=True))
        raise error(
            where,
            f"labels with {found:.200}",
            f"at least {min_modes} modes with {min_rows} or more sequences each",
            "Score more sequences of each mode.",
        )
    return values, index.astype("int64")
