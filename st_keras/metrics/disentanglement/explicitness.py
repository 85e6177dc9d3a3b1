"""Explicitness: whether a linear classifier can read each factor off the codes."""

import numpy as np

from st_keras.metrics.disentanglement.quiet_fit import converged, quiet_fit
from st_keras.metrics.disentanglement.row_split import split_samples
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.validation import error


def explicitness(
    codes,
    factors,
    *,
    test_codes=None,
    test_factors=None,
    test_fraction=1 / 3,
    factor_bins=None,
    factor_names=None,
    seed=0,
):
    """Return the explicitness [1]: mean area under the ROC curve of logistic regression.

    One multinomial logistic regression per factor on standardised codes; the area under the curve
    of each class against the rest on test rows, averaged over classes, then over factors. 1: each
    factor can be read off linearly. 0.5: chance. It does not ask for one latent per factor.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples.
        factors: int array (N, factors), or float with `factor_bins`.
        test_codes: array (M, latents) or None. Published: N = 100,000, M = 5,000. Default None:
            hold back `test_fraction` of the rows.
        test_factors: array (M, factors) or None.
        test_fraction: float. Default 1/3.
        factor_bins: int >= 2 or None. Quantile bins for continuous (float) factors. Default None.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        seed: int >= 0. Draws the test rows. Default 0.

    Returns:
        `Score`, the value on test rows. details: `train` (float), `test_per_factor` and
        `train_per_factor` (factors,), `converged`.

    Raises:
        ValueError: for wrong arrays, continuous factors without `factor_bins`, only constant
            factors, or a factor with a single value in the test rows.

    Differs from the reference [2]: classes without test rows are skipped (there an error); a
    constant latent counts as 0 after standardising (there NaN).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import explicitness
    >>> factors = np.random.default_rng(0).integers(0, 2, (600, 2))
    >>> codes = factors @ np.array([[1.0, 1.0], [1.0, -1.0]])  # rotated, yet linear
    >>> float(explicitness(codes, factors))
    1.0

    References:
        [1] Ridgeway, Mozer: Learning Deep Disentangled Embeddings with the F-Statistic Loss,
            NeurIPS 2018, https://arxiv.org/abs/1802.05312
        [2] https://github.com/google-research/disentanglement_lib
    """
    from sklearn.linear_model import LogisticRegression

    train, test = split_samples(
        "explicitness",
        codes,
        factors,
        test_codes=test_codes,
        test_factors=test_factors,
        test_fraction=test_fraction,
        factor_names=factor_names,
        factor_bins=factor_bins,
        seed=seed,
    )
    mean, deviation = train.codes.mean(axis=0), train.codes.std(axis=0)
    deviation = np.where(train.codes.min(axis=0) < train.codes.max(axis=0), deviation, 1.0)
    areas, done = [], True
    for k in range(len(train.factor_names)):
        with quiet_fit():
            model = LogisticRegression()
            model.fit((train.codes - mean) / deviation, train.factors[:, k])
            areas.append(
                [
                    _mean_area(
                        part.factors[:, k],
                        model.predict_proba((part.codes - mean) / deviation),
                        model.classes_,
                        train.factor_names[k],
                    )
                    for part in (train, test)
                ]
            )
        done = done and converged(model)
    per_factor = np.array(areas)  # (factors, 2)
    details = {
        "train": float(per_factor[:, 0].mean()),
        "test_per_factor": per_factor[:, 1],
        "train_per_factor": per_factor[:, 0],
        "converged": done,
        **train.describe(),
    }
    parameters = {
        "num_train": len(train),
        "num_test": len(test),
        "factor_bins": factor_bins,
        "seed": seed,
        "versions": library_versions("scikit-learn"),
    }
    return Score("explicitness", per_factor[:, 1].mean(), details, parameters)


def _mean_area(truth, probabilities, classes, name):
    """Return the mean over the classes present of the area under the curve of one against all."""
    from sklearn.metrics import roc_auc_score

    if truth.min() == truth.max():
        raise error(
            "explicitness",
            f"factor {name!r} with a single value in {len(truth)} test rows",
            "two values or more of each factor in the test rows",
            "Pass more test rows, or leave the factor out.",
        )
    columns = [(truth == c, probabilities[:, k]) for k, c in enumerate(classes)]
    present = [(here, p) for here, p in columns if here.any()]
    if not present:  # no class of the training rows came: nothing can be ranked
        return 0.5
    return float(np.mean([roc_auc_score(here, p) for here, p in present]))
