import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from st_keras.metrics.disentanglement.quiet_fit import converged, quiet_fit

X = 1e3 * np.random.default_rng(0).normal(size=(60, 3))
Y = np.arange(60) % 3


def test_warnings_are_silent_only_inside():
    with quiet_fit():
        model = LogisticRegression(max_iter=1).fit(X, Y)
        np.array([1.0]) / np.array([0.0])
    assert not converged(model)
    with pytest.warns(ConvergenceWarning):
        LogisticRegression(max_iter=1).fit(X, Y)
    with pytest.raises(RuntimeWarning), warnings.catch_warnings():
        warnings.simplefilter("error")
        np.array([1.0]) / np.array([0.0])


def test_converged():
    assert converged(LogisticRegression(max_iter=1000).fit(X / 1e3, Y))
