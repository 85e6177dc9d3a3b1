"""Silhouette score: how tight the features of each mode lie, and how far from the next mode."""

from st_keras.metrics.disentanglement.samples import check_numbers
from st_keras.metrics.modes.mode_labels import check_labels
from st_keras.validation import error


def mode_silhouette(features, labels):
    """Return the mean silhouette [1] of the sequences, with their modes as clusters.

        s_i = (b_i - a_i) / max(a_i, b_i)

    a_i: mean Euclidean distance of sequence i to the others of its mode. b_i: the smallest mean
    distance to the sequences of another mode. s_i = 0 for the only sequence of a mode.

    Unlike `a_distance` it asks for clusters: two modes that a plane divides but that lie close
    together score low.

    Args:
        features: array (N, D), one row per sequence, in one unit: columns of large numbers count
            most. Not standardised.
        labels: array (N,) of int or str, the mode of each row; K different ones, 2 <= K < N.

    Returns:
        float in [-1, 1]. 1: tight and far apart. Around 0: modes overlap. The order of rows and
        the values of the labels do not matter.

    Raises:
        ValueError: for wrong arrays, fewer than two modes, or as many modes as sequences.

    Example:
    >>> from st_keras.metrics.modes import mode_silhouette
    >>> round(mode_silhouette([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1]), 4)
    0.8997

    References:
        [1] Rousseeuw: Silhouettes: a graphical aid to the interpretation and validation of cluster
            analysis, J. Comput. Appl. Math. 20, 1987, https://doi.org/10.1016/0377-0427(87)90125-7
    """
    from sklearn.metrics import silhouette_score

    where = "mode_silhouette"
    features = check_numbers(where, "features", features, ("N", "D"), minimum=3).astype("float64")
    values, index = check_labels(where, labels, len(features))
    if len(values) == len(features):
        raise error(
            where,
            f"{len(values)} modes for {len(features)} sequences",
            "more sequences than modes",
            "Score several sequences of each mode.",
        )
    return float(silhouette_score(features, index))
