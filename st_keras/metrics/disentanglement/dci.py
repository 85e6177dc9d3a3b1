"""Disentanglement, completeness and informativeness (DCI)."""

import functools

import numpy as np

from st_keras.metrics.disentanglement.quiet_fit import quiet_fit
from st_keras.metrics.disentanglement.row_split import split_samples
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.validation import check_one_of

ESTIMATORS = ("gradient_boosting", "random_forest", "extra_trees")


def dci(
    codes,
    factors,
    *,
    test_codes=None,
    test_factors=None,
    test_fraction=1 / 3,
    estimator="gradient_boosting",
    factor_bins=None,
    factor_names=None,
    on_progress=None,
    seed=0,
):
    """Return DCI disentanglement [1]; completeness and informativeness stand in the details.

    Trees predict each factor from all latents; how much each latent was used gives the importance
    matrix R (latents, factors). Disentanglement of a latent: 1 - entropy of its row of R (base:
    number of factors), averaged with the latent's share of R as weight. Completeness: the same
    over the columns (base: number of latents). Informativeness: accuracy of the trees.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples.
        factors: int array (N, factors), or float with `factor_bins`.
        test_codes: array (M, latents) or None. Published: N = 10,000, M = 5,000. Default None:
            hold back `test_fraction` of the rows.
        test_factors: array (M, factors) or None.
        test_fraction: float. Default 1/3.
        estimator: str. "gradient_boosting" (default) as published: 100 trees per class of every
            factor, minutes for factors of 40 classes. "random_forest", "extra_trees" (100 trees
            for all classes together, seconds; all latents at each split, 10 rows per leaf or more):
            other numbers, and the score's name says so.
        factor_bins: int >= 2 or None. Quantile bins for continuous (float) factors. Default None.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        on_progress: function(done, total) or None. Called before the first and after each factor.
        seed: int >= 0. Draws test rows, breaks the trees' ties. Default 0.

    Returns:
        `Score` named "dci", or "dci[random_forest]", whose value is the disentanglement. details:
        `completeness`, `informativeness_train`, `informativeness_test` (floats),
        `disentanglement_per_latent`, `completeness_per_factor`, `accuracy_per_factor` (test),
        `importance` (latents, factors).

    Raises:
        ValueError: for wrong arrays, an unknown estimator, continuous factors without
            `factor_bins`, or only constant factors.

    Differs from the reference [2]: constant factors are left out (there an error). With a single
    factor each latent in use has disentanglement 1, with a single latent each factor told has
    completeness 1 (there 0/0).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import dci
    >>> factors = np.random.default_rng(0).integers(0, 3, (300, 2))
    >>> score = dci(factors * 0.5, factors, estimator="random_forest")
    >>> score.name, round(float(score), 2) >= 0.9, score.details["informativeness_test"]
    ('dci[random_forest]', True, 1.0)

    References:
        [1] Eastwood, Williams: A Framework for the Quantitative Evaluation of Disentangled
            Representations, ICLR 2018, https://openreview.net/forum?id=By-7dz-AZ
        [2] https://github.com/google-research/disentanglement_lib
    """
    check_one_of("dci", "estimator", estimator, ESTIMATORS)
    train, test = split_samples(
        "dci",
        codes,
        factors,
        test_codes=test_codes,
        test_factors=test_factors,
        test_fraction=test_fraction,
        factor_names=factor_names,
        factor_bins=factor_bins,
        seed=seed,
    )
    importance, accuracies = _fit_trees(train, test, estimator, seed, on_progress)
    per_latent = one_minus_entropy(importance)
    per_factor = one_minus_entropy(importance.T)
    details = {
        "completeness": _weighted(per_factor, importance.T),
        "informativeness_train": float(accuracies[:, 0].mean()),
        "informativeness_test": float(accuracies[:, 1].mean()),
        "disentanglement_per_latent": per_latent,
        "completeness_per_factor": per_factor,
        "accuracy_per_factor": accuracies[:, 1],
        "importance": importance,
        **train.describe(),
    }
    parameters = {
        "num_train": len(train),
        "num_test": len(test),
        "estimator": estimator,
        "factor_bins": factor_bins,
        "seed": seed,
        "versions": library_versions("scikit-learn", "scipy"),
    }
    name = "dci" if estimator == ESTIMATORS[0] else f"dci[{estimator}]"
    return Score(name, _weighted(per_latent, importance), details, parameters)


def _fit_trees(train, test, estimator, seed, on_progress):
    """Return the importances (latents, factors) and accuracies (factors, 2) on train and test."""
    from sklearn import ensemble

    # Forests that choose among random latents, or grow to single rows, credit useless latents:
    # ideal codes would score 0.5. With this setting they come near to boosting.
    forest = {"max_features": None, "min_samples_leaf": 10}
    build = {
        "gradient_boosting": ensemble.GradientBoostingClassifier,
        "random_forest": functools.partial(ensemble.RandomForestClassifier, **forest),
        "extra_trees": functools.partial(ensemble.ExtraTreesClassifier, **forest),
    }[estimator]
    count = len(train.factor_names)
    importance, accuracies = np.zeros((train.codes.shape[1], count)), np.zeros((count, 2))
    for k in range(count):
        if on_progress is not None:
            on_progress(k, count)
        with quiet_fit():
            model = build(random_state=seed)
            model.fit(train.codes, train.factors[:, k])
            # Without a single split (useless codes) the sum may be 0/0.
            importance[:, k] = np.nan_to_num(np.abs(model.feature_importances_))
            for part, samples in enumerate((train, test)):
                accuracies[k, part] = np.mean(model.predict(samples.codes) == samples.factors[:, k])
    if on_progress is not None:
        on_progress(count, count)
    return importance, accuracies


def one_minus_entropy(matrix):
    """Return 1 - entropy of each row, in units of its largest possible entropy; 0 for zero rows.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.dci import one_minus_entropy
    >>> one_minus_entropy(np.array([[1.0, 1.0], [3.0, 0.0], [0.0, 0.0]])).round(6).tolist()
    [0.0, 1.0, 0.0]
    """
    from scipy.stats import entropy

    if matrix.shape[1] == 1:
        return np.where(matrix[:, 0] > 0, 1.0, 0.0)
    # The reference's guard against 0/0, which its published digits contain.
    return 1.0 - entropy(matrix + 1e-11, base=matrix.shape[1], axis=1)


def _weighted(per_row, matrix):
    """Return the mean of `per_row` with the share of each row in `matrix` as weight."""
    total = matrix.sum()
    if total == 0:  # no latent is of use: all weights equal
        return float(np.mean(per_row))
    return float(np.sum(per_row * matrix.sum(axis=1)) / total)
