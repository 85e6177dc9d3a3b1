"""Unsupervised disentanglement ranking (UDR): how much models agree with each other."""

import numpy as np

from st_keras.metrics.disentanglement.correlation import correlation
from st_keras.metrics.disentanglement.quiet_fit import quiet_fit
from st_keras.metrics.disentanglement.samples import check_codes, check_seed
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.validation import check_number, check_one_of, error

METHODS = ("lasso", "spearman")


def udr(codes, kl_per_model, *, method="lasso", kl_threshold=0.01, alpha=0.1, seed=0):
    """Return the UDR [1] of models trained with different seeds or settings; needs no factors.

    Disentangled models agree up to order, sign and scale of their latents, entangled ones do not.
    For two models R (latents, latents) says how strongly the latents depend on each other; the pair
    scores the mean of max^2 / sum over the columns of R and over its rows, averaged. A model's
    score is the median over its pairs. 1: every informative latent has one twin in other models.

    Args:
        codes: list of M >= 2 arrays (N, latents), N >= 10: posterior means of the models for the
            same N images. Numbers of latents may differ.
        kl_per_model: list of M arrays (latents,): mean KL divergence in nats of each latent from
            the prior. Latents at `kl_threshold` or below are not informative and are left out.
        method: str. "lasso" (default, as published): |coefficients| of a Lasso regression from one
            model's standardised latents to the other's; "spearman": |rank correlations|.
        kl_threshold: float >= 0. In nats. Default 0.01.
        alpha: float > 0. Strength of the Lasso's penalty. Default 0.1.
        seed: int. Recorded only: nothing is drawn.

    Returns:
        `Score` named "udr" or "udr[spearman]"; its value is the highest model score. details:
        `model_scores` (M,), `best_model` (index), `pair_scores` (M, M) from model of the row to
        model of the column, `num_active` (M,).

    Raises:
        ValueError: for fewer than two models, codes of different images, or KL values that do not
            fit the codes.

    Differs from the reference [2]: a pair without informative latents scores 0 (there an error);
    constant latents depend on nothing (there NaN).

    Example: the same two latents in another order, and a rotation of them.
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import udr
    >>> z = np.random.default_rng(0).normal(size=(2000, 2))
    >>> rotated = z @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    >>> score = udr([z, -z[:, ::-1], 2 * z, rotated], [np.ones(2)] * 4, method="spearman")
    >>> score.details["model_scores"].round(1).tolist()
    [1.0, 1.0, 1.0, 0.4]

    References:
        [1] Duan et al.: Unsupervised Model Selection for Variational Disentangled Representation
            Learning, ICLR 2020, https://arxiv.org/abs/1905.12614
        [2] https://github.com/google-research/disentanglement_lib
    """
    check_one_of("udr", "method", method, METHODS)
    check_number("udr", "kl_threshold", kl_threshold, 0)
    check_number("udr", "alpha", alpha, 1e-12)
    check_seed("udr", seed)
    codes, divergences = _check_models(codes, kl_per_model)
    active = [
        _standardised(c[:, kl > kl_threshold]) for c, kl in zip(codes, divergences, strict=True)
    ]
    count = len(active)
    pairs = np.zeros((count, count))
    for i, first in enumerate(active):
        for j, second in enumerate(active):
            if i != j and first.shape[1] and second.shape[1]:
                if method == "lasso":
                    strength = _lasso(first, second, alpha)
                else:
                    strength = np.abs(correlation(first, second, "spearman"))
                pairs[i, j] = one_to_one(strength)
    others = ~np.eye(count, dtype=bool)
    model_scores = np.array([np.median(pairs[others[:, j], j]) for j in range(count)])
    details = {
        "model_scores": model_scores,
        "best_model": int(np.argmax(model_scores)),
        "pair_scores": pairs,
        "num_active": np.array([a.shape[1] for a in active]),
    }
    parameters = {
        "num_samples": len(codes[0]),
        "num_models": count,
        "method": method,
        "kl_threshold": kl_threshold,
        "alpha": alpha if method == "lasso" else None,
        "seed": seed,
        "versions": library_versions("scikit-learn" if method == "lasso" else "scipy"),
    }
    name = "udr" if method == METHODS[0] else f"udr[{method}]"
    return Score(name, model_scores.max(), details, parameters)


def one_to_one(strength):
    """Return how close the non-negative matrix (A, B) is to one strength of 1 per row and column.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.udr import one_to_one
    >>> one_to_one(np.eye(3)), one_to_one(np.ones((2, 2))), one_to_one(np.zeros((2, 2)))
    (1.0, 0.5, 0.0)
    """
    means = []
    for axis in (0, 1):
        total = strength.sum(axis=axis)
        means.append(np.mean(strength.max(axis=axis) ** 2 / np.where(total > 0, total, 1.0)))
    return float(np.mean(means))


def _lasso(first, second, alpha):
    """Return the |coefficients| (A, B) that predict the columns of `second` from `first`."""
    from sklearn.linear_model import Lasso

    with quiet_fit():
        # One column of targets gives coefficients (A,), several (B, A).
        coefficients = Lasso(alpha=alpha).fit(first, second).coef_
    return np.abs(coefficients).reshape(second.shape[1], first.shape[1]).T


def _standardised(codes):
    varies = codes.min(axis=0) < codes.max(axis=0)
    centred = np.where(varies, codes - codes.mean(axis=0), 0.0)
    return centred / np.where(varies, codes.std(axis=0), 1.0)


def _check_models(codes, kl_per_model):
    if not isinstance(codes, (list, tuple)) or len(codes) < 2:
        raise error(
            "udr",
            f"codes of type {type(codes).__name__}"
            + (f" with {len(codes)} models" if isinstance(codes, (list, tuple)) else ""),
            "a list of at least two arrays (N, latents), one per model",
            "Train the model with several seeds; udr compares them with each other.",
        )
    codes = [check_codes("udr", c, f"codes[{m}]") for m, c in enumerate(codes)]
    if len({len(c) for c in codes}) != 1:
        raise error(
            "udr",
            f"codes of {[len(c) for c in codes]} rows",
            "codes of the same images in the same order, hence equally many rows",
            "Encode one set of images with every model.",
        )
    if len(kl_per_model) != len(codes):
        raise error(
            "udr",
            f"kl_per_model of {len(kl_per_model)} entries for {len(codes)} models",
            "one array (latents,) per model",
            "Average each model's KL divergence per latent over images.",
        )
    divergences = [np.asarray(kl, "float64") for kl in kl_per_model]
    for m, (kl, c) in enumerate(zip(divergences, codes, strict=True)):
        if kl.shape != (c.shape[1],) or not np.isfinite(kl).all():
            raise error(
                "udr",
                f"kl_per_model[{m}] of shape {kl.shape} for {c.shape[1]} latents, "
                f"{'all finite' if np.isfinite(kl).all() else 'some NaN or inf'}",
                "a finite array (latents,), in nats",
                "Average the KL divergence over images only, and keep the latents.",
            )
    return codes, divergences
