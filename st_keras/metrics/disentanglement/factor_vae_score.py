"""FactorVAE score."""

import numpy as np

from st_keras.metrics.disentanglement.beta_vae_score import check_two_factors
from st_keras.metrics.disentanglement.samples import check_samples, check_seed
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.metrics.disentanglement.shared_factor_rows import SharedFactorRows
from st_keras.validation import check_int, check_number


def factor_vae_score(
    codes,
    factors,
    *,
    batch_size=64,
    num_train=10_000,
    num_eval=5_000,
    num_variance_estimate=10_000,
    prune_std=0.05,
    factor_bins=None,
    factor_names=None,
    seed=0,
):
    """Return the FactorVAE score [1]: whether the quietest latent tells the fixed factor.

    A vote: among `batch_size` images that share the value of one random factor, the latent with the
    least variance in units of its variance over all images. Each latent stands for the factor most
    of its training votes came from; the score is the share of new votes that this tells rightly.
    Chance is about 1 / factors.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples.
        factors: int array (N, factors), or float with `factor_bins`.
        batch_size: int >= 2. Images per vote. Default 64.
        num_train: int >= 10. Votes to train. Default 10,000.
        num_eval: int >= 1. Votes to score. Default 5,000.
        num_variance_estimate: int >= 2. Rows, at most, that give the overall variance.
            Default 10,000.
        prune_std: float >= 0. Latents with a smaller standard deviation have no vote. Default 0.05.
        factor_bins: int >= 2 or None. Quantile bins for continuous (float) factors: a batch then
            shares the bin, not the value. Default None.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        seed: int >= 0. Default 0.

    Returns:
        `Score`; 0 if all latents are pruned. details: `train_accuracy` (float), `votes` (factors,
        latents) of the training, `active` (latents,) bool.

    Raises:
        ValueError: for wrong arrays, continuous factors without `factor_bins`, or fewer than two
            factors that vary.

    Differs from the reference [2]: batches are drawn from the given rows with replacement, not anew
    from the data set; see `SharedFactorRows`. Constant factors are left out; constant latents never
    vote, even with `prune_std=0` (there 0/0).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import factor_vae_score
    >>> factors = np.random.default_rng(0).integers(0, 4, (1000, 3))
    >>> float(factor_vae_score(factors, factors, num_train=500, num_eval=200))
    1.0

    References:
        [1] Kim, Mnih: Disentangling by Factorising, ICML 2018, https://arxiv.org/abs/1802.05983
        [2] https://github.com/google-research/disentanglement_lib
    """
    where = "factor_vae_score"
    check_int(where, "batch_size", batch_size, 2)
    check_int(where, "num_train", num_train, 10)
    check_int(where, "num_eval", num_eval, 1)
    check_int(where, "num_variance_estimate", num_variance_estimate, 2)
    check_number(where, "prune_std", prune_std, 0)
    check_seed(where, seed)
    samples = check_samples(where, codes, factors, factor_names, factor_bins)
    check_two_factors(where, samples)
    generator = np.random.default_rng(seed)
    rows = SharedFactorRows(samples.factors)
    chosen = samples.codes
    if len(chosen) > num_variance_estimate:
        chosen = chosen[generator.choice(len(chosen), num_variance_estimate, replace=False)]
    variances = chosen.var(axis=0, ddof=1)
    active = (chosen.min(axis=0) < chosen.max(axis=0)) & (np.sqrt(variances) >= prune_std)
    accuracy = train_accuracy = 0.0
    votes = np.zeros((rows.num_factors, len(active)), "int64")
    if active.any():
        scaled = samples.codes[:, active] / np.sqrt(variances[active])
        votes[:, active] = _votes(scaled, rows, num_train, batch_size, generator)
        told = _votes(scaled, rows, num_eval, batch_size, generator)
        stands_for = np.argmax(votes[:, active], axis=0)
        latent = np.arange(len(stands_for))
        train_accuracy = votes[:, active][stands_for, latent].sum() / num_train
        accuracy = told[stands_for, latent].sum() / num_eval
    details = {
        "train_accuracy": float(train_accuracy),
        "votes": votes,
        "active": active,
        **samples.describe(),
    }
    parameters = {
        "num_samples": len(samples),
        "batch_size": batch_size,
        "num_train": num_train,
        "num_eval": num_eval,
        "num_variance_estimate": num_variance_estimate,
        "prune_std": prune_std,
        "factor_bins": factor_bins,
        "seed": seed,
        "versions": library_versions(),
    }
    return Score(where, accuracy, details, parameters)


def _votes(codes, rows, num_points, batch_size, generator):
    """Return how often (factors, latents) a latent varied least while a factor was fixed."""
    votes = np.zeros((rows.num_factors, codes.shape[1]), "int64")
    for _, factor in rows.points(num_points, generator):
        first = generator.integers(rows.num_rows, size=(len(factor), 1))
        batch = np.broadcast_to(first, (len(factor), batch_size))
        batch = rows.partners(factor[:, None], batch, generator)
        quietest = np.argmin(codes[batch].var(axis=1, ddof=1), axis=1)
        np.add.at(votes, (factor, quietest), 1)
    return votes
