"""Separated attribute predictability (SAP)."""

import numpy as np

from st_keras.metrics.disentanglement.correlation import correlation
from st_keras.metrics.disentanglement.mig import top_two_gap
from st_keras.metrics.disentanglement.quiet_fit import quiet_fit
from st_keras.metrics.disentanglement.row_split import split_samples
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.validation import error


def sap(
    codes,
    factors,
    *,
    test_codes=None,
    test_factors=None,
    test_fraction=1 / 3,
    continuous_factors=None,
    factor_bins=None,
    factor_names=None,
    seed=0,
):
    """Return the SAP score [1]: how much better the best latent predicts a factor than the next.

    Each latent alone predicts each factor: a discrete one by a linear support vector classifier
    (C = 0.01, balanced classes; score: accuracy on test rows), a continuous one by a line (score:
    squared correlation on the training rows). The gap between the two best latents, averaged over
    factors. Even ideal codes of a discrete factor stay far below 1, for one linear classifier on
    one number tells few of many ordered classes apart.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples.
        factors: array (N, factors). Integers are discrete, floats continuous.
        test_codes: array (M, latents) or None. Published: N = 10,000, M = 5,000. Default None:
            hold back `test_fraction` of the rows.
        test_factors: array (M, factors) or None.
        test_fraction: float. Default 1/3.
        continuous_factors: bool or None. Default None: by the type of `factors`. True also takes
            integers as numbers.
        factor_bins: int >= 2 or None. Quantile bins that make continuous factors discrete.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        seed: int >= 0. Draws test rows and feeds the solver. Default 0.

    Returns:
        `Score`. details: `gap_per_factor` (factors,), `predictability` (latents, factors).

    Raises:
        ValueError: for wrong arrays, only constant factors, `continuous_factors=False` with floats,
            or `continuous_factors=True` together with `factor_bins`.

    Differs from the reference [2]: a latent that is constant predicts the most frequent class
    (there a class that depends on its value), so two constant latents have no gap. A single latent
    is compared with a constant one (there an IndexError). Constant factors are left out.

    Example: continuous factors, one latent each.
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import sap
    >>> factors = np.random.default_rng(0).normal(size=(3000, 2))
    >>> round(float(sap(factors, factors)), 2)
    1.0

    References:
        [1] Kumar, Sattigeri, Balakrishnan: Variational Inference of Disentangled Latent Concepts
            from Unlabeled Observations, ICLR 2018, https://openreview.net/forum?id=H1kG7GZAW
        [2] https://github.com/google-research/disentanglement_lib
    """
    if continuous_factors not in (None, True, False):
        raise error(
            "sap",
            f"continuous_factors={continuous_factors!r}",
            "True, False or None",
            "Pass None to go by the type of factors.",
        )
    if continuous_factors and factor_bins is not None:
        raise error(
            "sap",
            f"continuous_factors=True with factor_bins={factor_bins!r}",
            "one of them",
            "Leave factor_bins out for squared correlations, or continuous_factors for classes.",
        )
    if continuous_factors is None:
        floats = np.asarray(factors).dtype.kind == "f" if _is_regular(factors) else False
        continuous_factors = bool(floats and factor_bins is None)
    train, test = split_samples(
        "sap",
        codes,
        factors,
        test_codes=test_codes,
        test_factors=test_factors,
        test_fraction=test_fraction,
        factor_names=factor_names,
        factor_bins=factor_bins,
        classes=not continuous_factors,
        seed=seed,
    )
    if continuous_factors:
        predictability = correlation(train.codes, train.factors, "pearson") ** 2
    else:
        predictability = _accuracies(train, test, seed)
    gaps = top_two_gap(predictability)
    details = {
        "gap_per_factor": gaps,
        "predictability": predictability[: train.codes.shape[1]],
        **train.describe(),
    }
    parameters = {
        "num_train": len(train),
        "num_test": len(test),
        "continuous_factors": continuous_factors,
        "factor_bins": factor_bins,
        "seed": seed,
        "versions": library_versions("scikit-learn"),
    }
    return Score("sap", np.mean(gaps), details, parameters)


def _is_regular(factors):
    try:
        np.asarray(factors)
    except ValueError:  # rows of unequal length: the check of the factors says so
        return False
    return True


def _accuracies(train, test, seed):
    """Return the test accuracy (latents, factors); a constant latent is added to a single one."""
    from sklearn.svm import LinearSVC

    num_latents, num_factors = train.codes.shape[1], len(train.factor_names)
    varies = train.codes.min(axis=0) < train.codes.max(axis=0)
    result = np.empty((max(num_latents, 2), num_factors))
    for k in range(num_factors):
        classes = train.factors[:, k]
        most_frequent = np.argmax(np.bincount(classes))
        result[:, k] = np.mean(test.factors[:, k] == most_frequent)
        for i in np.flatnonzero(varies):
            with quiet_fit():
                model = LinearSVC(C=0.01, class_weight="balanced", random_state=seed)
                model.fit(train.codes[:, i : i + 1], classes)
                predicted = model.predict(test.codes[:, i : i + 1])
            result[i, k] = np.mean(predicted == test.factors[:, k])
    return result
