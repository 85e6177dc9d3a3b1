"""Mean correlation coefficient (MCC) between factors and the latents assigned to them."""

import numpy as np

from st_keras.metrics.disentanglement.correlation import METHODS, correlation
from st_keras.metrics.disentanglement.samples import check_samples, check_seed
from st_keras.metrics.disentanglement.score import Score, library_versions
from st_keras.validation import check_one_of

PADDINGS = ("noise", "none")


def mcc(codes, factors, *, method="spearman", padding="noise", factor_names=None, seed=0):
    """Return the MCC [1]: the mean absolute correlation of factors with their best latents.

    Each factor gets a latent of its own such that the sum of the absolute correlations is largest;
    the score is their mean over factors. Sign, scale and order of the latents do not matter. 1:
    each factor is a (monotonic: Spearman; linear: Pearson) function of one latent.

    Args:
        codes: array (N, latents), N >= 10. Posterior means; rows are samples. Published:
            N = 10,000.
        factors: array (N, factors), discrete or continuous; categories enter as their numbers.
        method: str. "spearman" (default, as published [2]) or "pearson".
        padding: str. With more latents than factors the reference adds columns of N(0, 1) noise to
            the factors, which compete for latents; where correlations are weak they cost a factor
            its best latent, and the score depends on the seed and the order of the rows. "noise"
            (default): as the reference. "none": the best assignment of latents to the factors.
        factor_names: sequence of str or None. Default None: factor_0, factor_1, ...
        seed: int >= 0. Of the noise; 0 (default) in `numpy.random.RandomState`, as published.

    Returns:
        `Score` named "mcc", with "pearson" or "no_padding" in brackets where so. details:
        `correlation_per_factor` (factors,), signed; `permutation` (factors,) the latent of each
        factor, -1 for none; `correlation` (latents, factors), signed.

    Raises:
        ValueError: for wrong arrays, an unknown method or padding, or only constant factors.

    Differs from the reference [2]: fewer latents than factors are allowed, and the factors that get
    none score 0 (there an error); a constant latent correlates with nothing, 0 (there NaN);
    constant factors are left out before the noise is added (there NaN).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement import mcc
    >>> factors = np.random.default_rng(0).normal(size=(1000, 2))
    >>> score = mcc(np.exp(-factors[:, ::-1]), factors)
    >>> round(float(score), 6), score.details["permutation"].tolist()
    (1.0, [1, 0])

    References:
        [1] Hyvarinen, Morioka: Unsupervised Feature Extraction by Time-Contrastive Learning and
            Nonlinear ICA, NeurIPS 2016, https://arxiv.org/abs/1605.06336
        [2] Klindt et al.: Towards Nonlinear Disentanglement in Natural Data with Temporal Sparse
            Coding, ICLR 2021, https://arxiv.org/abs/2007.10930
    """
    from scipy.optimize import linear_sum_assignment

    check_one_of("mcc", "method", method, METHODS)
    check_one_of("mcc", "padding", padding, PADDINGS)
    check_seed("mcc", seed)
    samples = check_samples("mcc", codes, factors, factor_names, classes=False)
    num_latents, num_factors = samples.codes.shape[1], len(samples.factor_names)
    matrix = correlation(samples.factors, samples.codes, method)  # (factors, latents)
    rivals = matrix
    if padding == "noise" and num_latents > num_factors:
        noise = np.random.RandomState(seed).normal(size=(num_latents - num_factors, len(samples)))
        rivals = np.concatenate([matrix, correlation(noise.T, samples.codes, method)])
    rows, columns = linear_sum_assignment(np.abs(rivals), maximize=True)
    permutation = np.full(len(rivals), -1)
    permutation[rows] = columns
    permutation = permutation[:num_factors]
    assigned = matrix[np.arange(num_factors), permutation]
    per_factor = np.where(permutation >= 0, assigned, 0.0)
    details = {
        "correlation_per_factor": per_factor,
        "permutation": permutation,
        "correlation": matrix.T,
        **samples.describe(),
    }
    parameters = {
        "num_samples": len(samples),
        "method": method,
        "padding": padding,
        "seed": seed,
        "versions": library_versions("scipy"),
    }
    forms = ["pearson"] * (method == "pearson") + ["no_padding"] * (padding == "none")
    name = f"mcc[{','.join(forms)}]" if forms else "mcc"
    return Score(name, np.mean(np.abs(per_factor)), details, parameters)
