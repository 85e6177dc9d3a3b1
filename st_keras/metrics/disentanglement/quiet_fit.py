"""Fitting scikit-learn's estimators without their warnings."""

import contextlib
import warnings

import numpy as np


@contextlib.contextmanager
def quiet_fit():
    """Silence warnings of estimators while the block runs.

    The reference fits with scikit-learn's default number of iterations, converged or not, and that
    is part of its definition; a warning per factor would only hide other messages. Scores say in
    `details["converged"]` whether the fit did.

    Example:
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from st_keras.metrics.disentanglement.quiet_fit import quiet_fit
    >>> x = np.arange(40.0)[:, None]
    >>> with quiet_fit():
    ...     model = LogisticRegression(max_iter=1).fit(1e3 * x, x[:, 0] > 20)
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def converged(estimator):
    """Return whether a linear model stopped before its last permitted iteration."""
    return bool(np.max(estimator.n_iter_) < estimator.max_iter)
