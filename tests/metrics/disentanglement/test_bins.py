import numpy as np
import pytest

from st_keras.metrics.disentanglement.bins import histogram_bins, quantile_bins


def test_histogram_bins_by_hand():
    # Width 0.25 from 0 to 1: an edge belongs to the bin above it, the maximum to the last bin.
    codes = np.array([[0.0], [0.24], [0.25], [0.74], [0.75], [1.0]])
    assert histogram_bins(codes, 4)[:, 0].tolist() == [0, 0, 1, 2, 3, 3]


def test_counts_are_those_of_numpy():
    codes = np.random.default_rng(0).normal(size=(500, 3))
    bins = histogram_bins(codes, 20)
    for k in range(3):
        expected = np.histogram(codes[:, k], 20)[0]
        np.testing.assert_array_equal(np.bincount(bins[:, k], minlength=20), expected)


@pytest.mark.parametrize("value", [0.0, -3.0, 1e30, -1e30, 1e-30])
def test_constant_latent_has_one_bin(value):
    bins = histogram_bins(np.full((10, 1), value), 20)
    assert len(np.unique(bins)) == 1 and 0 <= bins.min() <= bins.max() < 20


@pytest.mark.parametrize("scale", [1e-30, 1e-8, 1.0, 1e29])
def test_scale_does_not_matter(scale):
    codes = np.arange(40.0)[:, None]
    np.testing.assert_array_equal(histogram_bins(scale * codes, 20)[:, 0], np.arange(40) // 2)


def test_quantile_bins_are_equally_full():
    values = np.exp(np.random.default_rng(0).normal(size=1000))
    bins = quantile_bins(values, 8)
    assert np.bincount(bins).tolist() == [125] * 8
    assert (np.diff(bins[np.argsort(values)]) >= 0).all()  # in the order of the values


def test_ties_share_a_bin_and_leave_no_gaps():
    values = np.array([0.0] * 90 + [1.0] * 5 + [2.0] * 5)
    bins = quantile_bins(values, 10)
    assert len(np.unique(bins[:90])) == 1
    assert sorted(set(bins)) == list(range(bins.max() + 1))
    assert quantile_bins(np.zeros(10), 4).tolist() == [0] * 10
