"""Forecasts of several methods on the same windows: scores, and skill against the best baseline."""

import dataclasses

import numpy as np

from st_keras.metrics.radar.block_resampling import block_bootstrap
from st_keras.metrics.radar.rain_scores import scores_of_sums
from st_keras.validation import error

# The score of a forecast without a fault.
PERFECT = {
    **dict.fromkeys(("csi", "pod", "success_ratio", "f1", "hss", "gss", "hk", "mcc"), 1.0),
    **dict.fromkeys(("fss", "accuracy"), 1.0),
    **dict.fromkeys(("far", "pofd", "mae", "rmse"), 0.0),
}


@dataclasses.dataclass(frozen=True)
class RainComparison:
    """Scores of methods under one protocol, and their skill.

    Attributes:
        protocol: `RainProtocol`.
        scores: dict, method -> result of `score_rain`.
        baselines: tuple of names of methods.
        best: dict, score -> name of the best baseline, of scores that have a best value.
        intervals: dict, method -> dict, score -> `Interval` of the mean over lead times.
        skill: dict, method that is no baseline -> dict, score -> `Interval` of its skill against
            the best baseline, (score - best) / (perfect - best): 1 perfect, 0 no better. Paired:
            both are resampled with the same windows.
        windows, blocks: int. How many there are.
    """

    protocol: object
    scores: dict
    baselines: tuple
    best: dict
    intervals: dict
    skill: dict
    windows: int
    blocks: int

    def without_skill(self, score):
        """Return the methods whose skill in a score is not positive, [(method, Interval)]."""
        told = [(method, of[score]) for method, of in self.skill.items() if score in of]
        return [(method, skill) for method, skill in told if not skill.value > 0]

    def as_json(self):
        """Return plain dicts and lists; NaN is None."""
        return {
            "protocol": self.protocol.name,
            "windows": self.windows,
            "blocks": self.blocks,
            "baselines": list(self.baselines),
            "best_baseline": self.best,
            "scores": {
                method: {
                    "leads": {name: _plain(v) for name, v in scores["leads"].items()},
                    "mean": {name: _plain(v) for name, v in scores["mean"].items()},
                    "interval": {
                        name: [_plain(of.low), _plain(of.high)]
                        for name, of in self.intervals[method].items()
                    },
                }
                for method, scores in self.scores.items()
            },
            "skill": {
                method: {
                    name: {
                        "value": _plain(of.value),
                        "low": _plain(of.low),
                        "high": _plain(of.high),
                        "against": self.best[name],
                    }
                    for name, of in skills.items()
                }
                for method, skills in self.skill.items()
            },
        }


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
    baselines = _check_baselines(where, sums, baselines)
    scores = {method: of.scores() for method, of in sums.items()}
    names = list(next(iter(scores.values()))["mean"])
    best = {name: _best(scores, baselines, name) for name in names}
    best = {name: method for name, method in best.items() if method is not None}
    methods = [method for method in sums if method not in baselines]

    def statistic(together):
        """Return all means of all methods, then all skills, in one row."""
        means = {}
        for method in sums:
            own = {name: together[method, name] for name in sums[method].arrays}
            means[method] = scores_of_sums(protocol, own)["mean"]
        rows = [[means[method][name] for name in names] for method in sums]
        if best:
            rows += [
                [_skill(name, means[method][name], means[best[name]][name]) for name in best]
                for method in methods
            ]
        return np.concatenate(rows)

    joined = {(m, name): array for m, of in sums.items() for name, array in of.arrays.items()}
    found = block_bootstrap(joined, statistic, blocks, confidence, seed, resamples)
    rows = iter(range(len(found.value)))
    intervals = {method: {name: _part(found, next(rows)) for name in names} for method in sums}
    skill = {m: {name: _part(found, next(rows)) for name in best} for m in methods if best}
    windows = next(iter(sums.values())).windows
    return RainComparison(
        protocol, scores, baselines, best, intervals, skill, windows, found.blocks
    )


def perfect_score(name):
    """Return the best value of a score of `score_rain`, None where there is none, as of a ratio."""
    return PERFECT.get(name.partition("@")[0])


def _part(found, place):
    ends = (float(of[place]) for of in (found.value, found.low, found.high))
    return dataclasses.replace(found, **dict(zip(("value", "low", "high"), ends, strict=True)))


def _skill(name, score, reference):
    left = perfect_score(name) - reference
    if left == 0:  # the baseline is perfect
        return 0.0 if score == reference else -np.inf
    return (score - reference) / left


def _best(scores, baselines, name):
    """Return the name of the best baseline, or None."""
    if perfect_score(name) is None:
        return None
    means = {
        method: scores[method]["mean"][name]
        for method in baselines
        if scores[method]["mean"]["ratio"] != 0
    }
    means = {method: mean for method, mean in means.items() if not np.isnan(mean)}
    if not means:
        return None
    return min(means, key=lambda method: abs(perfect_score(name) - means[method]))


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
        same = (
            of.protocol == first.protocol
            and of.arrays["valid"].shape == first.arrays["valid"].shape
        )
        # Truth counts the same whatever was forecast.
        if not same or any(
            not np.array_equal(of.arrays[name], first.arrays[name])
            for name in ("valid", "observed")
        ):
            raise error(
                where,
                f"{method!r}, whose windows are not those of {next(iter(sums))!r}",
                "methods scored on the same windows, under one protocol",
                "Sum all methods with the same y_true, in the same order.",
            )
    return first.protocol


def _check_baselines(where, sums, baselines):
    baselines = (baselines,) if isinstance(baselines, str) else tuple(baselines)
    for name in baselines:
        if name not in sums:
            raise error(
                where,
                f"the baseline {name!r}",
                f"names among {', '.join(sums)}",
                "Correct the name, or add its RainSums.",
            )
    return baselines


def _plain(value):
    """Return floats as JSON has them."""
    if np.ndim(value):
        return [_plain(each) for each in value]
    return float(value) if np.isfinite(value) else None
