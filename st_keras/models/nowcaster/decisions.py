"""One field out of a distribution: the decision, by what it is best for."""

from keras import ops

from st_keras.models.nowcaster.cuts import Cuts
from st_keras.models.nowcaster.rain_distribution import (
    by_threshold,
    mean_rate,
    quantile_rates,
    rates_at,
)
from st_keras.models.nowcaster.rain_tail import FALLBACK


def decide(probabilities, thresholds, valid, decision, area_limit, lowest_cut, tail=FALLBACK):
    """Return the field that a decision makes of a distribution.

    Args:
        probabilities: tensor (B, L, H, W, K), ordered.
        thresholds: K floats, mm/h.
        valid: tensor (B, 1, H, W, 1), 1 where a pixel counts.
        decision: one of `st_keras.choices.DECISIONS`:
            "csi": each threshold is exceeded where that is best for its CSI, see `Cuts.csi`, but on
            no more than `area_limit` times the expected area;
            "matched": on the expected area, see `Cuts.area`: the field has the distribution of
            values that is expected, its FSS and its ratio forecast / observed are best kept;
            "median", of the smallest expected absolute error; "mean", of the smallest expected
            squared one.
        area_limit: float, of "csi".
        lowest_cut: float, of "csi".
        tail: float, or tensor that broadcasts to (B, L, H, W), see `tail_exponent`. Default 3.

    Returns:
        Tensor (B, L, H, W), mm/h.
    """
    if decision == "mean":
        return mean_rate(probabilities, thresholds, tail)
    if decision == "median":
        return quantile_rates(probabilities, thresholds, ops.convert_to_tensor(0.5), tail)
    cuts = Cuts(probabilities, valid)
    if decision == "matched":
        return cut_field(probabilities, thresholds, cuts.area(), tail)
    chosen = ops.maximum(cuts.csi(lowest_cut), cuts.area(area_limit))
    return cut_field(probabilities, thresholds, chosen, tail)


def cut_field(probabilities, thresholds, cuts, tail=FALLBACK):
    """Return the field that exceeds a threshold exactly where its probability reaches the cut.

    Args:
        probabilities, thresholds, tail: as of `decide`.
        cuts: tensor that broadcasts to (B, L, H, W, K).

    Returns:
        Tensor (B, L, H, W), mm/h.
    """
    each, cuts = by_threshold(probabilities), by_threshold(cuts)
    excess = ops.maximum(each[-1] / ops.maximum(cuts[-1], 1e-6), 1.0)
    margins = [maps - cut for maps, cut in zip(each, cuts, strict=True)]
    return rates_at(margins, thresholds, ops.exp(ops.log(excess) / tail))
