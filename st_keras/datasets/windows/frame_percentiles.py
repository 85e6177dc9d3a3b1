"""Percentiles of the windows of a dataset, from a look at some of them."""

import numpy as np

LEVELS = (0.1, 1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.9, 99.99)
_WINDOWS = 64


def frame_percentiles(dataset, levels=LEVELS):
    """Return percentiles of each channel, of at most 64 windows spread over all.

    Args:
        dataset: `SequenceDataset`.
        levels: percentages, above 0 and below 100.

    Returns:
        dict from each level to a list of C floats, in the units of the data; missing values are
        left out. A channel without a value in these windows has NaN.

    Example:

    >>> from st_keras.datasets import SequenceDataset
    >>> frames = np.arange(101.0)[:, None, None] * np.ones((1, 2, 2))
    >>> data = SequenceDataset.from_arrays(frames, context_length=1, horizon=100, axes="THW")
    >>> frame_percentiles(data, (50, 99))
    {50: [50.0], 99: [99.0]}
    """
    some = dataset.spread(_WINDOWS)
    channels = dataset.image_shape[2]
    values = [[] for _ in range(channels)]
    for i in range(len(some)):
        window = some.window(i)
        for c in range(channels):
            there = window[..., c]
            values[c].append(there[~np.isnan(there)])
    found = [np.concatenate(each) for each in values]
    rows = [np.percentile(v, levels) if v.size else np.full(len(levels), np.nan) for v in found]
    return {level: [float(row[k]) for row in rows] for k, level in enumerate(levels)}
