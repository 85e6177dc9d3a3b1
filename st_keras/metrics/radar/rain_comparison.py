"""Forecasts of several methods on the same windows: scores, and skill against the best baseline."""

import numpy as np

from st_keras.metrics.radar.comparison import Comparison
from st_keras.metrics.radar.rain_scores import scores_of_sums
from st_keras.validation import error

# The score of a forecast without a fault.
PERFECT = {
    **dict.fromkeys(("csi", "pod", "success_ratio", "f1", "hss", "gss", "hk", "mcc"), 1.0),
    **dict.fromkeys(("fss", "accuracy"), 1.0),
    **dict.fromkeys(("far", "pofd", "mae", "rmse"), 0.0),
}


class RainComparison(Comparison):
    """Scores of forecasts of rain under one protocol, and their skill; see `Comparison`.

    Attributes:
        protocol: `RainProtocol`.
        scores: dict, method -> result of `score_rain`.
        baselines, best, intervals, skill, windows, blocks: see `Comparison`.
    """


def compare_rain(sums, baselines=(), blocks=None, confidence=0.95, seed=0, resamples=1000):
    """Compare forecasts of the same windows under a protocol, with intervals.

    The best baseline of each score is that with the best mean over lead times, over all windows. A
    baseline that never says rain is none: at long lead times it has the lowest MAE.

    Args:
        sums: dict, method -> `RainSums`, of the same windows in the same order.
        baselines: names of methods that the others are measured against. Default: none, no skill.
        blocks: sequence of labels, one for each window: the event or day it is of. Windows of a
            block are resampled together. Default None: each is a block of its own, whose intervals
            are too narrow where windows overlap.
        confidence: float. Default 0.95.
        seed: int, of the resampling. Default 0.
        resamples: int. Default 1000.

    Returns:
        `RainComparison`; `rain_table` prints it.

    Raises:
        ValueError: for no methods, sums that are not of the same windows, protocol and lead times,
            an unknown baseline, or wrong numbers.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import compare_rain, rain_sums
    >>> rain = np.random.default_rng(0).gamma(0.3, 2.0, (6, 3, 16, 16, 1))
    >>> forecasts = {"net": 0.9 * rain, "persistence": np.roll(rain, 1, axis=2)}
    >>> sums = {method: rain_sums(rain, forecast) for method, forecast in forecasts.items()}
    >>> both = compare_rain(sums, ["persistence"], resamples=50)
    >>> both.best["csi@1"], bool(both.skill["net"]["csi@1"].low > 0)
    ('persistence', True)
    """
    where = "compare_rain"
    protocol = _check_sums(where, sums)
    return RainComparison.of_sums(
        where,
        {method: of.arrays for method, of in sums.items()},
        lambda arrays: scores_of_sums(protocol, arrays),
        perfect_score,
        protocol=protocol,
        baselines=baselines,
        # A forecast of no rain at all is none.
        is_baseline=lambda scores: scores["mean"]["ratio"] != 0,
        blocks=blocks,
        confidence=confidence,
        seed=seed,
        resamples=resamples,
    )


def perfect_score(name):
    """Return the best value of a score of `score_rain`, None where there is none, as of a ratio."""
    return PERFECT.get(name.partition("@")[0])


def _check_sums(where, sums):
    if not sums:
        raise error(
            where,
            "no methods",
            "a dict of methods, each with its RainSums",
            "Pass {'model': rain_sums(...), 'persistence': rain_sums(...)}.",
        )
    first = next(iter(sums.values()))
    for method, of in sums.items():
        same = of.protocol == first.protocol and all(
            # Truth counts the same whatever was forecast.
            np.array_equal(of.arrays[name], first.arrays[name])
            for name in ("valid", "observed")
        )
        if not same:
            raise error(
                where,
                f"{method!r}, whose windows are not those of {next(iter(sums))!r}",
                "methods scored on the same windows, under one protocol",
                "Sum all methods with the same y_true, in the same order.",
            )
    return first.protocol
