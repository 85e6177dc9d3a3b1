"""Modularity: whether each latent tells about one factor only."""

import numpy as np

from st_keras.metrics.disentanglement.mutual_information import mutual_information
from st_keras.metrics.disentanglement.samples import check_samples, check_seed
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.validation import check_int


def modularity(codes, factors, *, bins=20, factor_bins=None, factor_names=None, seed=0):
    """Return the modularity [1]: the mean over latents of 1 - deviation from one factor only.

    With m_k the squared mutual information of a latent with factor k and m its largest, the latent
    scores 1 - (sum of m_k - m) / (m (factors - 1)). A latent that tells nothing scores 0. It says
    nothing about whether every factor is represented: see `explicitness`.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples.
        factors: int array (N, factors), or float with `factor_bins`. Published: N = 100,000.
        bins: int >= 2. Equal-width histogram bins per latent. Default 20.
        factor_bins: int >= 2 or None. Quantile bins for continuous (float) factors. Default None.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        seed: int. Recorded only: nothing is drawn.

    Returns:
        `Score`. details: `modularity_per_latent` (latents,), `mutual_information` (latents,
        factors) in nats.

    Raises:
        ValueError: for wrong arrays, continuous factors without `factor_bins`, or only constant
            factors.

    Differs from the reference [2]: there one function gives modularity and explicitness; here each
    has a value of its own. Constant factors are left out (there they count in `factors - 1`). With
    one factor each latent that tells of it scores 1 (there NaN).

    Example: two latents with one factor each, and one that tells nothing.
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import modularity
    >>> factors = np.random.default_rng(0).integers(0, 4, (1000, 2))
    >>> codes = np.concatenate([factors, np.zeros((1000, 1))], axis=1)
    >>> round(float(modularity(codes, factors)), 3)
    0.667

    References:
        [1] Ridgeway, Mozer: Learning Deep Disentangled Embeddings with the F-Statistic Loss,
            NeurIPS 2018, https://arxiv.org/abs/1802.05312
        [2] https://github.com/google-research/disentanglement_lib
    """
    check_int("modularity", "bins", bins, 2)
    check_seed("modularity", seed)
    samples = check_samples("modularity", codes, factors, factor_names, factor_bins)
    information = mutual_information(samples.codes, samples.factors, bins)
    per_latent = _per_latent(information)
    details = {
        "modularity_per_latent": per_latent,
        "mutual_information": information,
        **samples.describe(),
    }
    parameters = {
        "num_samples": len(samples),
        "bins": bins,
        "factor_bins": factor_bins,
        "seed": seed,
        "versions": library_versions("scikit-learn"),
    }
    return Score("modularity", np.mean(per_latent), details, parameters)


def _per_latent(information):
    squared = information**2
    largest = squared.max(axis=1)
    tells = largest > 0
    rest = squared.sum(axis=1) - largest
    spread = rest / np.where(tells, largest * max(information.shape[1] - 1, 1), 1.0)
    return np.where(tells, 1.0 - spread, 0.0)
