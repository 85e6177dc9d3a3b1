"""Features of modes with known answers."""

import numpy as np

ROWS = 60


def cloud(shift=0.0, rows=ROWS, columns=3, seed=0):
    """Features (rows, columns) of one mode: standard normal, column 0 moved by `shift`."""
    features = np.random.default_rng(seed).normal(size=(rows, columns))
    features[:, 0] += shift
    return features


def shuffled(*arrays, seed=5):
    """The same rows in another order, the same one for all arrays."""
    order = np.random.default_rng(seed).permutation(len(arrays[0]))
    return [np.asarray(array)[order] for array in arrays]
