"""Run a graph over an array that is too large for one batch."""

import numpy as np


def run_in_batches(graph, array, shape, result_shape, batch_size):
    """Apply `graph` to an array batch by batch, whatever its leading axes.

    Args:
        graph: function of (n, *shape) to (n, *result_shape).
        array: NumPy array (..., *shape).
        shape: tuple of int, the axes of one item.
        result_shape: tuple of int, the axes of its result.
        batch_size: int, items at once.

    Returns:
        float32 array (..., *result_shape).

    Example:

    >>> run_in_batches(lambda x: x.sum(1), np.ones((2, 3, 4)), (4,), (), batch_size=4).shape
    (2, 3)
    """
    flat = array.reshape(-1, *shape)
    result = np.empty((len(flat), *result_shape), "float32")
    for start in range(0, len(flat), batch_size):
        batch = slice(start, start + batch_size)
        result[batch] = graph(flat[batch])
    return result.reshape(*array.shape[: array.ndim - len(shape)], *result_shape)
