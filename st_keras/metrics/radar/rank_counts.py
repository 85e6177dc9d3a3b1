"""Where the truth stands among the members of an ensemble."""

import numpy as np

from st_keras.metrics.radar.frame_arrays import check_members
from st_keras.validation import check_int, check_number


def rank_histogram(y_true, members, least=None, seed=0):
    """Count how many members lie below the truth, by lead time.

    Flat where truth and members are drawn from one distribution; a U says the ensemble is too
    narrow, a slope that it is biased. Where members equal the truth, as where all are dry, its rank
    is drawn among them, each as likely.

    Args:
        y_true: array (B, T, H, W, C), NaN where it is missing.
        members: array (B, M, T, H, W, C), or list of M arrays (B, T, H, W, C); at least 2.
        least: float in the units of the frames, or None (default). With a number, values where
            neither truth nor any member reaches it do not count, and lower values are equal: else
            most of a histogram of rain is chance among zeros.
        seed: int. Of the draws among equal values. Default 0.

    Returns:
        int64 array (T, M + 1): how many values have 0, 1, ... M members below the truth. Values of
        which a member is NaN do not count.

    Raises:
        ValueError: for wrong shapes, a single member, or infinite values.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import rank_histogram
    >>> truth = np.array([0.0, 5.0]).reshape(1, 1, 1, 2, 1)
    >>> rank_histogram(truth, [0 * truth + 1, 0 * truth + 2]).tolist()
    [[1, 0, 1]]

    References: [1] Hamill (2001), doi 10.1175/1520-0493(2001)129<0550:IORHFV>2.0.CO;2.
    """
    where = "rank_histogram"
    y_true, members = check_members(where, y_true, members)
    check_int(where, "seed", seed, 0)
    if least is not None:
        least = check_number(where, "least", least)
    rng = np.random.default_rng(seed)
    size = members.shape[1]
    counts = np.zeros((y_true.shape[1], size + 1), np.int64)
    for came, told in zip(y_true, members, strict=True):
        counted = ~np.isnan(came) & ~np.isnan(told).any(axis=0)
        if least is not None:
            with np.errstate(invalid="ignore"):
                counted &= (came >= least) | (told >= least).any(axis=0)
                came, told = (np.where(x < least, -np.inf, x) for x in (came, told))
        below, equal = (told < came).sum(axis=0), (told == came).sum(axis=0)
        ranks = below + rng.integers(0, equal + 1)
        for lead, (rank, seen) in enumerate(zip(ranks, counted, strict=True)):
            counts[lead] += np.bincount(rank[seen], minlength=size + 1)
    return counts
