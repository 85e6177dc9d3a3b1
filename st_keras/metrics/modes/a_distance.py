"""Proxy A-distance: how well a linear classifier tells the features of two modes apart."""

import numpy as np

from st_keras.metrics.disentanglement.quiet_fit import quiet_fit
from st_keras.metrics.disentanglement.samples import check_numbers, check_seed
from st_keras.metrics.modes.mode_labels import check_labels
from st_keras.metrics.modes.row_order import row_order
from st_keras.validation import check_int, error

MAX_ITER = 1000


def a_distance(features_a, features_b, seed=0, folds=5):
    """Return the proxy A-distance [1] between the features of two modes.

        d_A = 2 (1 - 2 err)        err = (err_a + err_b) / 2

    err_a and err_b are the shares of rows of a and of b that logistic regression (L2, C = 1),
    fitted on the other folds, takes for the other mode. 2: perfectly told apart. 0: no better than
    chance, as after mode collapse, when sequences of both modes leave the same features.

    Not clipped at 0. The distance itself cannot be negative, but its estimate scatters around 0 for
    modes that are alike, with a standard deviation of 2 / sqrt(N) or a little more for N rows in
    total; means over seeds or models stay honest only if that scatter is kept.

    Args:
        features_a: array (N_a, D), one row per sequence of mode a, such as a layer's memory
            averaged over time and space. N_a >= folds. Units do not matter: each column is
            standardised by the mean and standard deviation of the rows fitted on.
        features_b: array (N_b, D), N_b >= folds, of mode b.
        seed: int >= 0. Draws the folds. Default 0.
        folds: int >= 2. Parts of the cross-validation. Default 5.

    Returns:
        float in [-2, 2]. The order of the rows does not matter.

    Raises:
        ValueError: for wrong arrays, different D, or fewer rows than folds.

    Differs from the source [1]: err is cross-validated, and the mean of the error rates of the two
    modes, which the fit weights alike; with as many rows of a as of b it is the usual error rate.
    With unequal numbers that rate would be small for a classifier that always says the more
    frequent mode. The fit minimises the logistic loss in place of err itself.

    Example: features that share nothing, and the same features twice.
    >>> import numpy as np
    >>> from st_keras.metrics.modes import a_distance
    >>> features = np.random.default_rng(0).normal(size=(60, 3))
    >>> a_distance(features, features + 20), a_distance(features, features)
    (2.0, 0.0)

    References:
        [1] Ben-David, Blitzer, Crammer, Pereira: Analysis of Representations for Domain Adaptation,
            NIPS 2006 (proceedings 2007),
            https://papers.nips.cc/paper/2983-analysis-of-representations-for-domain-adaptation
    """
    where = "a_distance"
    check_seed(where, seed)
    check_int(where, "folds", folds, 2)
    first, second = (
        check_numbers(where, name, features, ("N", "D"), minimum=folds).astype("float64")
        for name, features in (("features_a", features_a), ("features_b", features_b))
    )
    if first.shape[1] != second.shape[1]:
        raise error(
            where,
            f"features_a of shape {first.shape} and features_b of shape {second.shape}",
            "(N_a, D) and (N_b, D) with the same D",
            "Take both from the same layer of the same model.",
        )
    return _distance(first, second, seed, folds)


def a_distance_matrix(features, labels, seed=0, folds=5):
    """Return the proxy A-distance of every pair of modes; see `a_distance`.

    Args:
        features: array (N, D), one row per sequence.
        labels: array (N,) of int or str, the mode of each row; K different ones, K >= 2, each of
            at least `folds` rows.
        seed: int >= 0. Default 0.
        folds: int >= 2. Default 5.

    Returns:
        float64 (K, K) in [-2, 2], symmetric, 0 on the diagonal; modes in the order of
        `numpy.unique(labels)`.

    Raises:
        ValueError: for wrong arrays, fewer than two modes, or a mode of fewer rows than folds.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.modes import a_distance_matrix
    >>> labels = np.arange(60) % 2
    >>> features = np.random.default_rng(0).normal(size=(60, 3)) + 20 * labels[:, None]
    >>> a_distance_matrix(features, labels).tolist()
    [[0.0, 2.0], [2.0, 0.0]]
    """
    where = "a_distance_matrix"
    check_seed(where, seed)
    check_int(where, "folds", folds, 2)
    features = check_numbers(where, "features", features, ("N", "D"), minimum=1).astype("float64")
    values, index = check_labels(where, labels, len(features), min_rows=folds)
    modes = [features[index == k] for k in range(len(values))]
    distances = np.zeros((len(modes), len(modes)))
    for i, first in enumerate(modes):
        for j in range(i):
            distances[i, j] = distances[j, i] = _distance(modes[j], first, seed, folds)
    return distances


def _distance(first, second, seed, folds):
    # Rows in an order of their own: the result belongs to the values, not to their places.
    modes = [rows[row_order(rows)] for rows in (first, second)]
    # Drawn for each mode alone: rows that both modes have then fall into the same fold, and no
    # classifier is asked for a row that it has learnt to be of the other mode.
    parts = [np.random.default_rng(seed).permutation(len(rows)) % folds for rows in modes]
    mistakes = np.zeros(2)
    for fold in range(folds):
        fitted, held_out = (
            [rows[(part == fold) == held] for rows, part in zip(modes, parts, strict=True)]
            for held in (False, True)
        )
        mistakes += _mistakes(fitted, held_out)
    return float(2 - 2 * np.sum(mistakes / (len(first), len(second))))


def _mistakes(fitted, held_out):
    """Return how many held-out rows of each of the two modes are taken for the other: (2,)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    modes = np.repeat([0, 1], [len(rows) for rows in fitted])
    with quiet_fit():
        model = make_pipeline(
            StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=MAX_ITER)
        ).fit(np.concatenate(fitted), modes)
        return [np.sum(model.predict(rows) != mode) for mode, rows in enumerate(held_out)]
