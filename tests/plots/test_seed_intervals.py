"""Mean and interval; what is drawn of them is tested with `score_intervals` and `mode_gaps`."""

import numpy as np
import pytest
from scipy import stats

from st_keras.plots.seed_intervals import mean_interval


@pytest.mark.parametrize("confidence", [0.5, 0.95])
@pytest.mark.parametrize("count", [2, 3, 10])
def test_interval_equals_scipy(count, confidence):
    x = np.random.default_rng(count).normal(size=count)
    mean, half = mean_interval(x, confidence)
    expected = stats.t.interval(confidence, count - 1, loc=x.mean(), scale=stats.sem(x))
    assert np.allclose((mean - half, mean + half), expected)


def test_interval_of_one_seed_and_of_equal_seeds():
    assert mean_interval([0.4]) == (0.4, None)
    assert mean_interval([0.5, 0.5]) == (0.5, 0.0)
