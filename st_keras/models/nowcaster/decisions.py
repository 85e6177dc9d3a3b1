"""One field out of a distribution: the decision, by what it is best for."""

from keras import ops

from st_keras.models.nowcaster.rain_distribution import TAIL, mean_weights, quantile_rates, rates_at

_SEARCHES = 6  # of the cut that is best for the CSI: it converges faster than linearly
_HALVINGS = 8  # of the interval of the cut that keeps the area
HIGHEST_CUT = 0.6


def mean_field(probabilities, thresholds):
    """Return the mean rate: the field of the smallest expected squared error.

    Args:
        probabilities: tensor (B, L, H, W, K), ordered.
        thresholds: K floats, mm/h.

    Returns:
        Tensor (B, L, H, W), mm/h.
    """
    weights = ops.convert_to_tensor(mean_weights(thresholds))
    return ops.sum(probabilities * weights, axis=-1)


def median_field(probabilities, thresholds):
    """Return the median rate: the field of the smallest expected absolute error.

    Args:
        probabilities, thresholds: as of `mean_field`.

    Returns:
        Tensor (B, L, H, W), mm/h.
    """
    return quantile_rates(probabilities, thresholds, ops.convert_to_tensor(0.5))


def decide(probabilities, thresholds, valid, decision, area_limit, lowest_cut):
    """Return the field that a decision makes of a distribution.

    Args:
        probabilities: tensor (B, L, H, W, K), ordered.
        thresholds: K floats, mm/h.
        valid: tensor (B, 1, H, W, 1), 1 where a pixel counts.
        decision: one of `st_keras.choices.DECISIONS`:
            "csi": each threshold is exceeded where that is best for its CSI, see `csi_cuts`, but on
            no more than `area_limit` times the expected area;
            "matched": on the expected area, see `area_cuts`: the field has the distribution of
            values that is expected, its FSS and its ratio forecast / observed are best kept;
            "median", "mean".
        area_limit: float, of "csi".
        lowest_cut: float, of "csi".

    Returns:
        Tensor (B, L, H, W), mm/h.
    """
    if decision == "mean":
        return mean_field(probabilities, thresholds)
    if decision == "median":
        return median_field(probabilities, thresholds)
    if decision == "matched":
        return cut_field(probabilities, thresholds, area_cuts(probabilities, valid))
    cuts = csi_cuts(probabilities, valid, lowest_cut)
    return cut_field(
        probabilities, thresholds, ops.maximum(cuts, area_cuts(probabilities, valid, area_limit))
    )


def csi_cuts(probabilities, valid, lowest_cut=0.1):
    """Return the cuts that are best for the CSI that the distribution itself expects.

    A set S of pixels said to exceed a threshold has, if the probabilities P are right, about

        CSI(S) = sum_S P / (sum P + sum_S (1 - P))

    The best S is {P >= c} with c = CSI* / (1 + CSI*), CSI* the largest value; the iteration of
    Dinkelbach (1967) finds it.

    Args:
        probabilities: tensor (B, L, H, W, K).
        valid: tensor that broadcasts to it, 0 or 1: the pixels that count.
        lowest_cut: float. The CSI of what is rare is low, and so would be its cut. Default 0.1.

    Returns:
        Tensor (B, L, 1, 1, K) in [lowest_cut, 0.6].
    """
    counted = probabilities * valid
    total = ops.sum(counted, axis=(2, 3), keepdims=True)
    best = ops.zeros_like(total) + 0.5
    for _ in range(_SEARCHES):
        said = ops.cast(probabilities >= best / (1 + best), probabilities.dtype)
        hits = ops.sum(said * counted, axis=(2, 3), keepdims=True)
        count = ops.sum(said * valid, axis=(2, 3), keepdims=True)
        best = hits / ops.maximum(total + count - hits, 1e-6)
    return ops.clip(best / (1 + best), lowest_cut, HIGHEST_CUT)


def area_cuts(probabilities, valid, ratio=1.0):
    """Return the cuts that leave the expected area of rain as it is.

    The pixels with P >= c are as many as are expected to exceed the threshold, sum P, times
    `ratio`.

    Args:
        probabilities, valid: as of `csi_cuts`.
        ratio: float > 0. Default 1.0.

    Returns:
        Tensor (B, L, 1, 1, K) in (0, 1).
    """
    wanted = ratio * ops.sum(probabilities * valid, axis=(2, 3), keepdims=True)
    low, high = ops.zeros_like(wanted), ops.ones_like(wanted)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        said = valid * ops.cast(probabilities >= middle, probabilities.dtype)
        more = ops.sum(said, axis=(2, 3), keepdims=True) > wanted
        low, high = ops.where(more, middle, low), ops.where(more, high, middle)
    return high


def cut_field(probabilities, thresholds, cuts):
    """Return the field that exceeds a threshold exactly where its probability reaches the cut.

    Args:
        probabilities, thresholds: as of `mean_field`.
        cuts: tensor that broadcasts to (B, L, H, W, K).

    Returns:
        Tensor (B, L, H, W), mm/h.
    """
    excess = ops.maximum(probabilities[..., -1] / ops.maximum(cuts[..., -1], 1e-6), 1.0)
    return rates_at(probabilities - cuts, thresholds, ops.power(excess, 1 / TAIL))
