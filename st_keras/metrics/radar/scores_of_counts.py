"""Scores of the counts of hits, misses, false alarms and correct negatives."""

import numpy as np

from st_keras.metrics.radar.contingency_table import COUNTS
from st_keras.validation import check_one_of


def _of_random_hits(h, m, f, c):
    """Hits of a random forecast that says "event" as often: they count for nothing."""
    return _ratio((h + m) * (h + f), h + m + f + c)


def _ratio(above, below):
    """Return above / below, NaN where `below` is 0: an empty denominator has no score.

    Works on NumPy arrays and on TensorFlow tensors, which divide by zero without a warning.
    """
    if isinstance(below, (np.ndarray, float, int)):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(below == 0, np.nan, np.divide(above, below))
    from keras import ops

    empty = below == 0
    nan = ops.full_like(below, float("nan"))
    return ops.where(empty, nan, above / ops.where(empty, ops.ones_like(below), below))


def _root(value):
    if isinstance(value, (np.ndarray, float, int)):
        return np.sqrt(value)
    from keras import ops

    return ops.sqrt(value)


def _pod(h, m, f, c):
    return _ratio(h, h + m)


def _pofd(h, m, f, c):
    return _ratio(f, f + c)


def _hss(h, m, f, c):
    return _ratio(2 * (h * c - f * m), (h + m) * (m + c) + (h + f) * (f + c))


def _gss(h, m, f, c):
    random = _of_random_hits(h, m, f, c)
    return _ratio(h - random, h + m + f - random)


def _mcc(h, m, f, c):
    # Two roots: the product of four counts of a large archive would lose digits.
    return _ratio(h * c - f * m, _root((h + f) * (h + m)) * _root((c + f) * (c + m)))


# By name, functions of (hits, misses, false alarms, correct negatives).
CONTINGENCY_SCORES = {
    "csi": lambda h, m, f, c: _ratio(h, h + m + f),
    "pod": _pod,
    "far": lambda h, m, f, c: _ratio(f, h + f),
    "success_ratio": lambda h, m, f, c: _ratio(h, h + f),
    "frequency_bias": lambda h, m, f, c: _ratio(h + f, h + m),
    "f1": lambda h, m, f, c: _ratio(2 * h, 2 * h + m + f),
    "hss": _hss,
    "gss": _gss,
    "hk": lambda h, m, f, c: _pod(h, m, f, c) - _pofd(h, m, f, c),
    "mcc": _mcc,
    "accuracy": lambda h, m, f, c: _ratio(h + c, h + m + f + c),
    "pofd": _pofd,
}


def contingency_scores(table, names=None):
    """Return scores of counts, each NaN where its denominator is 0.

        csi             critical success index, threat score: h / (h + m + f)
        pod             probability of detection, hit rate, recall: h / (h + m)
        far             false alarm ratio: f / (h + f)
        success_ratio   precision, 1 - far: h / (h + f)
        frequency_bias  events forecast per event observed: (h + f) / (h + m)
        f1              2 h / (2 h + m + f)
        hss             Heidke skill score, Cohen's kappa
        gss             Gilbert skill score, equitable threat score (ETS): the CSI without the hits
                        r = (h + m) (h + f) / n of a random forecast, (h - r) / (h + m + f - r)
        hk              Hanssen-Kuipers discriminant, Peirce skill score: pod - pofd
        mcc             Matthews correlation coefficient
        accuracy        (h + c) / n
        pofd            probability of false detection, false alarm rate: f / (f + c)

    with hits h, misses m, false alarms f, correct negatives c, and n their sum.

    Args:
        table: `ContingencyTable`.
        names: list of str. Default: all of them.

    Returns:
        dict, name -> float64 array of the shape of the counts, (T, K).

    Raises:
        ValueError: for another name.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import contingency, contingency_scores
    >>> truth = np.array([2.0, 2.0, 0.0, 0.0]).reshape(1, 1, 2, 2, 1)
    >>> forecast = np.array([2.0, 0.0, 2.0, 0.0]).reshape(1, 1, 2, 2, 1)
    >>> scores = contingency_scores(contingency(truth, forecast, [1, 5]), ["csi", "frequency_bias"])
    >>> scores["csi"].round(3).tolist(), scores["frequency_bias"].tolist()
    ([[0.333, nan]], [[1.0, nan]])

    References: [1] Wilks (2011) Statistical Methods in the Atmospheric Sciences, section 8.2.
    """
    counts = [getattr(table, name) for name in COUNTS]
    names = CONTINGENCY_SCORES if names is None else names
    for name in names:
        check_one_of("contingency_scores", "name", name, CONTINGENCY_SCORES)
    return {name: CONTINGENCY_SCORES[name](*counts) for name in names}
