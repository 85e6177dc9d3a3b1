"""What the probabilities of exceeding a few thresholds say of all rain rates."""

import numpy as np
from keras import ops

from st_keras.models.nowcaster.rain_tail import FALLBACK


def ordered(probabilities):
    """Return probabilities none of which exceeds that of a lower threshold.

    Args:
        probabilities: tensor (..., K), by increasing threshold.

    Returns:
        Tensor (..., K): the smallest so far.

    Example:

    >>> print(ops.convert_to_numpy(ordered(ops.array([0.5, 0.6, 0.1]))))
    [0.5 0.5 0.1]
    """
    each = by_threshold(probabilities)
    for k in range(1, len(each)):
        each[k] = ops.minimum(each[k], each[k - 1])
    return ops.moveaxis(ops.stack(each, axis=0), 0, -1)


def by_threshold(values):
    """Return (..., K) as a list of K tensors (...), each with its values side by side in memory.

    Example:

    >>> print([float(each) for each in by_threshold(ops.array([0.5, 0.25]))])
    [0.5, 0.25]
    """
    return ops.unstack(ops.moveaxis(values, -1, 0), axis=0)


def rates_at(margins, thresholds, excess):
    """Return the largest rate at which a margin is not negative.

    Between thresholds it is where the margin, linear in the logarithm of the rate, is 0.

    Args:
        margins: list of K tensors (...), probability less cut, by increasing threshold.
        thresholds: K floats > 0, mm/h.
        excess: tensor (...), by which factor the rate is above the last threshold, if it is.

    Returns:
        Tensor (...), mm/h; 0 where all margins are negative.

    Example:

    >>> margins = [ops.array([0.1, -0.2]), ops.array([-0.1, -0.3])]
    >>> print(ops.convert_to_numpy(rates_at(margins, (1.0, 4.0), ops.ones(2))).round(3))
    [2. 0.]
    """
    each = list(margins)
    for k in reversed(range(len(each) - 1)):  # what exceeds a threshold exceeds those below
        each[k] = ops.maximum(each[k], each[k + 1])
    steps = np.diff(np.log(thresholds)).astype("float32")
    logarithm = float(np.log(thresholds[0]))
    for k, step in enumerate(steps):
        share = each[k] / ops.maximum(each[k] - each[k + 1], 1e-9)
        logarithm = logarithm + step * ops.clip(share, 0.0, 1.0)
    rates = ops.exp(logarithm) * ops.where(each[-1] >= 0, excess, 1.0)
    return ops.where(each[0] >= 0, rates, 0.0)


def quantile_rates(probabilities, thresholds, exceedance, tail=FALLBACK):
    """Return the rate that is exceeded with a probability.

    Args:
        probabilities: tensor (..., K), ordered.
        thresholds: K floats, mm/h.
        exceedance: tensor that broadcasts to (...), in (0, 1): 0.5 for the median, 0.1 for the 90 %
            quantile.
        tail: float > 1, or tensor that broadcasts to (...), see `tail_exponent`. Default 3.

    Returns:
        Tensor (...), mm/h. Above the last threshold t the tail is that of Pareto:
        P(R >= r) = P(R >= t) (t / r)^tail.

    Example:

    >>> rates = quantile_rates(ops.array([0.75, 0.25]), (1.0, 4.0), ops.array(0.5))
    >>> print(float(rates))
    2.0
    """
    cut = ops.maximum(exceedance, 1e-6)
    each = by_threshold(probabilities)
    excess = ops.exp(ops.log(ops.maximum(each[-1] / cut, 1.0)) / tail)
    return rates_at([maps - cut for maps in each], thresholds, excess)


def mean_rate(probabilities, thresholds, tail=FALLBACK):
    """Return the mean rate.

        E[R] = integral of P(R >= r) dr

    with P(R >= r) linear in log r between thresholds, P(R >= t_1) below the first and the tail of
    `quantile_rates` above the last.

    Args:
        probabilities: tensor (..., K), ordered.
        thresholds: K floats, mm/h.
        tail: as of `quantile_rates`.

    Returns:
        Tensor (...), mm/h.

    Example:

    >>> print(float(mean_rate(ops.array([1.0, 1.0]), (1.0, 3.0), tail=4.0)))  # 3 and a tail of 1
    4.0
    """
    inside = ops.sum(probabilities * ops.convert_to_tensor(_weights(thresholds)), axis=-1)
    return inside + probabilities[..., -1] * thresholds[-1] / (tail - 1)


def _weights(thresholds):
    """Return the weights (K,) of the probabilities in the mean, without the tail."""
    t = np.asarray(thresholds, "float64")
    weights = np.zeros(len(t))
    weights[0] = t[0]
    for k in range(len(t) - 1):
        # integral over (t_k, t_k+1) of the share of P_k+1, ln(r / t_k) / ln(t_k+1 / t_k)
        later = t[k + 1] - (t[k + 1] - t[k]) / np.log(t[k + 1] / t[k])
        weights[k] += t[k + 1] - t[k] - later
        weights[k + 1] += later
    return weights.astype("float32")


def exceedance_at(probabilities, thresholds, rate, tail=FALLBACK):
    """Return P(R >= rate) for any rate.

    Args:
        probabilities: tensor (..., K), ordered.
        thresholds: K floats, mm/h.
        rate: float, or tensor that broadcasts with (...), > 0, mm/h.
        tail: as of `quantile_rates`.

    Returns:
        Tensor (...). Linear in the logarithm of the rate between thresholds; up to the first
        threshold its probability, above the last the tail of `quantile_rates`.

    Example:

    >>> probabilities = ops.array([0.75, 0.25])
    >>> [float(exceedance_at(probabilities, (1.0, 4.0), r)) for r in (0.5, 2.0, 8.0)]
    [0.75, 0.5, 0.03125]
    """
    rate = ops.maximum(ops.cast(rate, probabilities.dtype), 1e-6)
    logarithms = np.log(np.asarray(thresholds, "float32"))
    place = ops.log(rate)
    found = probabilities[..., 0]
    for k in range(len(thresholds) - 1):
        share = (place - logarithms[k]) / (logarithms[k + 1] - logarithms[k])
        share = ops.clip(share, 0.0, 1.0)
        found = found + share * (probabilities[..., k + 1] - probabilities[..., k])
    above = ops.maximum(place - logarithms[-1], 0.0)
    return ops.clip(found * ops.exp(-tail * above), 0.0, 1.0)  # which rounding may leave
