"""Mutual information between the bins of each latent and the classes of each factor."""

import numpy as np

from st_keras.metrics.disentanglement.bins import histogram_bins


def mutual_information(codes, factors, bins=20):
    """Return the mutual information (latents, factors) in nats, from histograms.

    Args:
        codes: array (N, latents), finite.
        factors: int array (N, factors) of class indices 0..K-1.
        bins: int. Equal-width bins per latent. Default 20.

    Returns:
        float64 (latents, factors), at least 0; 0 for a constant latent.

    Example: a latent that says which of two equally frequent classes came tells ln 2 nats.
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.mutual_information import mutual_information
    >>> classes = np.arange(10)[:, None] % 2
    >>> mutual_information(3.0 * classes, classes).round(4).tolist()
    [[0.6931]]
    """
    from sklearn.metrics import mutual_info_score

    digits = histogram_bins(codes, bins)
    result = np.zeros((codes.shape[1], factors.shape[1]))
    for k, classes in enumerate(factors.T):
        count = classes.max() + 1
        for i, digit in enumerate(digits.T):
            table = np.bincount(digit * count + classes, minlength=bins * count)
            # With the table scikit-learn need not sort the labels again for each pair.
            result[i, k] = mutual_info_score(None, None, contingency=table.reshape(bins, count))
    return result


def entropies(factors):
    """Return the entropy (factors,) in nats of each factor (N, factors) of class indices.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.disentanglement.mutual_information import entropies
    >>> entropies(np.arange(8)[:, None] % 4).round(4).tolist()
    [1.3863]
    """
    from scipy.stats import entropy

    return np.array([entropy(np.bincount(classes)) for classes in factors.T])
