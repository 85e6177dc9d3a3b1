import numpy as np
import pytest
from scipy import stats

from st_keras.metrics.disentanglement.correlation import correlation

X = np.random.default_rng(0).normal(size=(50, 3))
Y = np.concatenate([X[:, :1] ** 3, np.random.default_rng(1).integers(0, 4, (50, 1))], axis=1)


def test_against_scipy():
    for method, function in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
        expected = [[function(x, y)[0] for y in Y.T] for x in X.T]
        np.testing.assert_allclose(correlation(X, Y, method), expected, atol=1e-12)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_constant_columns_and_extreme_scales(method, scale):
    columns = np.stack([scale * X[:, 0], np.full(50, scale)], axis=1)
    np.testing.assert_allclose(correlation(X[:, :1], columns, method), [[1.0, 0.0]], atol=1e-12)


def test_method_is_checked():
    with pytest.raises(ValueError, match=r"method='kendall'.*'spearman', 'pearson'"):
        correlation(X, Y, "kendall")
