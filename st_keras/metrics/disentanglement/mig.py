"""Mutual information gap."""

import numpy as np

from st_keras.metrics.disentanglement.mutual_information import entropies, mutual_information
from st_keras.metrics.disentanglement.samples import check_samples, check_seed
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.validation import check_int


def mig(codes, factors, *, bins=20, factor_bins=None, factor_names=None, seed=0):
    """Return the mutual information gap (MIG) [1]: whether each factor is in one latent only.

    For each factor the mutual information with the best latent minus that with the second best,
    over the factor's entropy; the mean over factors. 1: one latent tells the factor and no other
    tells anything. 0: two latents tell equally much, or none tells anything.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples.
        factors: int array (N, factors), or float with `factor_bins`. Published: N = 100,000.
        bins: int >= 2. Equal-width histogram bins per latent. Default 20.
        factor_bins: int >= 2 or None. Quantile bins for continuous (float) factors. Default None.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        seed: int. Recorded only: nothing is drawn.

    Returns:
        `Score`. details: `gap_per_factor` (factors,), `mutual_information` (latents, factors) and
        `entropy` (factors,) in nats.

    Raises:
        ValueError: for wrong arrays, continuous factors without `factor_bins`, or only constant
            factors.

    Differs from the reference [2]: constant factors are left out (there NaN); with a single latent
    the second best is 0 (there an IndexError).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import mig
    >>> factors = np.random.default_rng(0).integers(0, 4, (1000, 2))
    >>> float(mig(-3.0 * factors, factors)) > 0.98
    True

    References:
        [1] Chen et al.: Isolating Sources of Disentanglement in Variational Autoencoders, NeurIPS
            2018, https://arxiv.org/abs/1802.04942
        [2] https://github.com/google-research/disentanglement_lib
    """
    check_int("mig", "bins", bins, 2)
    check_seed("mig", seed)
    samples = check_samples("mig", codes, factors, factor_names, factor_bins)
    information = mutual_information(samples.codes, samples.factors, bins)
    entropy = entropies(samples.factors)
    gaps = top_two_gap(information) / entropy
    details = {
        "gap_per_factor": gaps,
        "mutual_information": information,
        "entropy": entropy,
        **samples.describe(),
    }
    parameters = {
        "num_samples": len(samples),
        "bins": bins,
        "factor_bins": factor_bins,
        "seed": seed,
        "versions": library_versions("scikit-learn", "scipy"),
    }
    return Score("mig", np.mean(gaps), details, parameters)


def top_two_gap(matrix):
    """Return the gap (factors,) between the two largest values of each column (latents, factors).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.mig import top_two_gap
    >>> top_two_gap(np.array([[0.25, 1.0], [0.75, 0.0], [0.25, 1.0]])).tolist()
    [0.5, 0.0]
    """
    if len(matrix) == 1:
        return matrix[0].copy()
    ordered = np.sort(matrix, axis=0)
    return ordered[-1] - ordered[-2]
