"""Percentiles of the windows of a dataset."""

import numpy as np

from st_keras.datasets import SequenceDataset
from st_keras.datasets.windows.frame_percentiles import frame_percentiles


def test_of_each_channel_without_what_is_missing():
    frames = np.random.default_rng(0).random((20, 4, 5, 2))
    frames[..., 1] *= 100
    frames[3, 1:3] = np.nan
    data = SequenceDataset.from_arrays(frames, 1, 1, stride=2, axes="THWC", missing="mask")
    found = frame_percentiles(data, (10, 50, 90))
    for level, values in found.items():
        for channel, value in enumerate(values):
            expected = np.nanpercentile(frames[..., channel].astype("float32"), level)
            np.testing.assert_allclose(value, expected, rtol=1e-6)


def test_a_look_at_some_windows_is_enough():
    frames = np.random.default_rng(0).gamma(0.5, 2.0, (400, 8, 8))
    data = SequenceDataset.from_arrays(frames, 1, 1)
    found = frame_percentiles(data, (50, 90))
    for level, (value,) in found.items():
        np.testing.assert_allclose(value, np.percentile(frames, level), rtol=0.1)
