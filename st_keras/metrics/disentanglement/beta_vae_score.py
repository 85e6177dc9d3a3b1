"""BetaVAE score."""

import numpy as np

from st_keras.metrics.disentanglement.quiet_fit import converged, quiet_fit
from st_keras.metrics.disentanglement.samples import check_samples, check_seed
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.metrics.disentanglement.shared_factor_rows import SharedFactorRows
from st_keras.validation import check_int, error


def beta_vae_score(
    codes,
    factors,
    *,
    batch_size=64,
    num_train=10_000,
    num_eval=5_000,
    factor_bins=None,
    factor_names=None,
    seed=0,
):
    """Return the BetaVAE score [1]: whether one can tell which factor two images share.

    A point: `batch_size` pairs of images that share the value of one random factor give the mean
    absolute difference of their codes (latents,). Logistic regression tells the factor from it; the
    score is its accuracy on new points. Chance is 1 / factors.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples.
        factors: int array (N, factors), or float with `factor_bins`.
        batch_size: int >= 1. Pairs per point. Default 64.
        num_train: int >= 50. Points to fit. Default 10,000.
        num_eval: int >= 1. Points to score. Default 5,000.
        factor_bins: int >= 2 or None. Quantile bins for continuous (float) factors: a pair then
            shares the bin, not the value. Default None.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        seed: int >= 0. Default 0.

    Returns:
        `Score`. details: `train_accuracy`, `chance` (floats), `converged`.

    Raises:
        ValueError: for wrong arrays, continuous factors without `factor_bins`, or fewer than two
            factors that vary.

    Differs from the reference [2]: pairs are drawn from the given rows with replacement, not anew
    from the data set; see `SharedFactorRows` for when that is the same. Constant factors are left
    out (there they are drawn as any other).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import beta_vae_score
    >>> factors = np.random.default_rng(0).integers(0, 4, (1000, 3))
    >>> float(beta_vae_score(factors, factors, num_train=500, num_eval=200)) > 0.95
    True

    References:
        [1] Higgins et al.: beta-VAE: Learning Basic Visual Concepts with a Constrained Variational
            Framework, ICLR 2017, https://openreview.net/forum?id=Sy2fzU9gl
        [2] https://github.com/google-research/disentanglement_lib
    """
    from sklearn.linear_model import LogisticRegression

    where = "beta_vae_score"
    check_int(where, "batch_size", batch_size, 1)
    check_int(where, "num_train", num_train, 50)
    check_int(where, "num_eval", num_eval, 1)
    check_seed(where, seed)
    samples = check_samples(where, codes, factors, factor_names, factor_bins)
    check_two_factors(where, samples)
    generator = np.random.default_rng(seed)
    rows = SharedFactorRows(samples.factors)
    train = _points(samples.codes, rows, num_train, batch_size, generator)
    evaluation = _points(samples.codes, rows, num_eval, batch_size, generator)
    with quiet_fit():
        model = LogisticRegression(random_state=seed).fit(*train)
        train_accuracy, accuracy = (np.mean(model.predict(x) == y) for x, y in (train, evaluation))
    details = {
        "train_accuracy": float(train_accuracy),
        "chance": 1.0 / rows.num_factors,
        "converged": converged(model),
        **samples.describe(),
    }
    parameters = {
        "num_samples": len(samples),
        "batch_size": batch_size,
        "num_train": num_train,
        "num_eval": num_eval,
        "factor_bins": factor_bins,
        "seed": seed,
        "versions": library_versions("scikit-learn"),
    }
    return Score(where, accuracy, details, parameters)


def check_two_factors(where, samples):
    """Raise `ValueError` unless two factors vary: which one is shared must be a question."""
    if len(samples.factor_names) < 2:
        raise error(
            where,
            f"{samples.factor_names} as the only factor that varies",
            "at least two factors with two values or more",
            "Score with mig, sap, dci or mcc, which are defined for one factor.",
        )


def _points(codes, rows, num_points, batch_size, generator):
    """Return the mean differences (num_points, latents) and the shared factor (num_points,)."""
    differences = np.empty((num_points, codes.shape[1]))
    shared = np.empty(num_points, "int64")
    for places, factor in rows.points(num_points, generator):
        first = generator.integers(rows.num_rows, size=(len(factor), batch_size))
        second = rows.partners(factor[:, None], first, generator)
        differences[places] = np.abs(codes[first] - codes[second]).mean(axis=1)
        shared[places] = factor
    return differences, shared
