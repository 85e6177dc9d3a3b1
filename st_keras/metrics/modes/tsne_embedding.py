"""Features of sequences as points in the plane, by t-SNE."""

import numpy as np

from st_keras.metrics.disentanglement.samples import ROUNDING, check_numbers, check_seed
from st_keras.metrics.modes.row_order import row_order
from st_keras.validation import check_number, error

LARGEST_EXACT = 500  # rows; beyond, the exact gradient takes long


def tsne_embedding(features, seed=0, perplexity=30.0):
    """Return places in the plane in which near neighbours of the features stay neighbours (t-SNE).

    A picture for the eye [1]: distances between clusters, their sizes and the axes mean nothing.
    For numbers see `a_distance` and `mode_silhouette`.

    Args:
        features: array (N, D), one row per sequence, such as a layer's memory averaged over time
            and space. Not standardised; a common factor or offset of all columns does not matter
            up to rounding.
        seed: int >= 0. Draws what the start needs: it is the first two principal components, found
            by a random method; for D = 1 it is noise. Default 0.
        perplexity: float in [1, N). About the number of neighbours that count. Default 30, which
            needs more than 30 sequences.

    Returns:
        float32 (N, 2), row i for row i of `features`, whatever the order of the rows. For more than
        500 rows the gradient is approximate (Barnes-Hut) and its sums depend on the number of
        threads.

    Raises:
        ValueError: for wrong arrays, a perplexity of N or more, or rows that are all equal.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.modes import tsne_embedding
    >>> features = np.random.default_rng(0).normal(size=(12, 4))
    >>> tsne_embedding(features, perplexity=5).shape
    (12, 2)

    References:
        [1] van der Maaten, Hinton: Visualizing Data using t-SNE, JMLR 9, 2008,
            https://www.jmlr.org/papers/v9/vandermaaten08a.html
    """
    from sklearn.manifold import TSNE

    where = "tsne_embedding"
    check_seed(where, seed)
    perplexity = check_number(where, "perplexity", perplexity, 1)
    features = check_numbers(where, "features", features, ("N", "D"), minimum=2).astype("float64")
    if len(features) <= perplexity:
        raise error(
            where,
            f"perplexity={perplexity:g} for {len(features)} sequences",
            "more sequences than the perplexity",
            f"Pass more sequences, or a perplexity below {len(features)}, such as "
            f"{max(1, len(features) // 4)}.",
        )
    order = row_order(features)
    features = features[order]
    # scikit-learn squares the features and goes on in float32: a large offset would drown the
    # differences, large numbers would overflow. t-SNE itself depends on neither offset nor scale.
    centred = features - features.mean(axis=0)
    size = np.abs(centred).max()
    if size <= ROUNDING * np.abs(features).max():
        raise error(
            where,
            f"features of {len(features)} sequences that are all equal",
            "at least two different rows",
            "Look at the model: a memory that is the same for all sequences carries nothing.",
        )
    model = TSNE(
        perplexity=perplexity,
        init="pca" if features.shape[1] > 1 else "random",
        method="exact" if len(features) <= LARGEST_EXACT else "barnes_hut",
        random_state=seed,
    )
    places = np.empty((len(features), 2), "float32")
    places[order] = model.fit_transform(centred / size)
    return places
