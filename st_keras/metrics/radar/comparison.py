"""Methods compared on the same windows: scores with intervals, skill against the best baseline."""

import dataclasses

import numpy as np

from st_keras.metrics.radar.block_resampling import block_bootstrap
from st_keras.validation import error

FEW_BLOCKS = 10  # below which percentiles of resamples lie too near to each other


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Scores of methods under one protocol, and their skill.

    Attributes:
        protocol: what has a `name`, such as `RainProtocol`.
        scores: dict, method -> {"leads": {score: array (T,)}, "mean": {score: float}}.
        baselines: tuple of names of methods.
        best: dict, score -> name of the best baseline, of scores that have a best value.
        intervals: dict, method -> dict, score -> `Interval` of the mean over lead times.
        skill: dict, method that is no baseline -> dict, score -> `Interval` of its skill against
            the best baseline, (score - best) / (perfect - best): 1 perfect, 0 no better; of errors,
            whose perfect value is 0, that is 1 - score / best. Paired: both are resampled with the
            same windows.
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

    @classmethod
    def of_sums(
        cls,
        where,
        sums,
        scores_of,
        perfect_score,
        protocol,
        baselines=(),
        is_baseline=lambda scores: True,
        at_once=False,
        blocks=None,
        confidence=0.95,
        seed=0,
        resamples=1000,
    ):
        """Compare methods by their sums.

        Args:
            where: str. Who asks; the errors begin with it.
            sums: dict, method -> dict, name -> array (N, T, ...), sums by window.
            scores_of: function of sums over windows, {name: array (T, ...)}, to {"leads": {score:
                (T,)}, "mean": {score: number}}.
            perfect_score: function of the name of a score to the best value there is, or None.
            protocol: see the class.
            baselines: names of methods that the others are measured against. Default: none.
            is_baseline: function of the scores of a baseline to whether it counts as one.
            at_once: bool. Whether `scores_of` takes leading axes too. Default False.
            blocks, confidence, seed, resamples: of `block_bootstrap`.

        Returns:
            An object of this class.

        Raises:
            ValueError: for an unknown baseline, or wrong numbers.
        """
        baselines = _check_baselines(where, sums, baselines)
        whole = {
            method: {name: array.sum(axis=0) for name, array in of.items()}
            for method, of in sums.items()
        }
        scores = {method: scores_of(of) for method, of in whole.items()}
        names = list(next(iter(scores.values()))["mean"])
        measured = [method for method in baselines if is_baseline(scores[method])]
        best = {name: _best(scores, measured, name, perfect_score(name)) for name in names}
        best = {name: method for name, method in best.items() if method is not None}
        methods = [method for method in sums if method not in baselines]

        def statistic(together):
            """Return all means of all methods, then all skills, along the last axis."""
            means = {}
            for method, own in sums.items():
                means[method] = scores_of({name: together[method, name] for name in own})["mean"]
            found = [means[method][name] for method in sums for name in names]
            found += [
                _skill(perfect_score(name), means[method][name], means[best[name]][name])
                for method in methods
                for name in best
            ]
            return np.stack(found, axis=-1)

        joined = {(m, name): array for m, of in sums.items() for name, array in of.items()}
        found = block_bootstrap(joined, statistic, blocks, confidence, seed, resamples, at_once)
        rows = iter(range(len(found.value)))
        intervals = {method: {name: _part(found, next(rows)) for name in names} for method in sums}
        skill = {m: {name: _part(found, next(rows)) for name in best} for m in methods if best}
        windows = len(next(iter(joined.values())))
        return cls(protocol, scores, baselines, best, intervals, skill, windows, found.blocks)

    def without_skill(self, score):
        """Return the methods whose skill in a score is not positive, [(method, Interval)]."""
        told = [(method, of[score]) for method, of in self.skill.items() if score in of]
        return [(method, skill) for method, skill in told if not skill.value > 0]

    def few_blocks(self):
        """Return a sentence where there are no intervals, or they are too narrow, else ""."""
        if self.blocks == 1:
            return "One block: no interval can be said."
        if self.blocks < FEW_BLOCKS:
            return f"Only {self.blocks} blocks: such an interval is too narrow."
        return ""

    def as_json(self):
        """Return plain dicts and lists; NaN is None, an infinite number "inf" or "-inf"."""
        return {
            "protocol": self.protocol.name,
            "windows": self.windows,
            "blocks": self.blocks,
            "note": self.few_blocks(),
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


def _part(found, place):
    ends = (float(of[place]) for of in (found.value, found.low, found.high))
    return dataclasses.replace(found, **dict(zip(("value", "low", "high"), ends, strict=True)))


def _skill(perfect, score, reference):
    score, reference = np.asarray(score, float), np.asarray(reference, float)
    left = perfect - reference
    none = left == 0  # the baseline is perfect
    skill = (score - reference) / np.where(none, 1.0, left)
    return np.where(none, np.where(score == reference, 0.0, -np.inf), skill)


def _best(scores, baselines, name, perfect):
    """Return the name of the best baseline, or None."""
    if perfect is None:
        return None
    means = {method: scores[method]["mean"][name] for method in baselines}
    means = {method: mean for method, mean in means.items() if not np.isnan(mean)}
    if not means:
        return None
    return min(means, key=lambda method: abs(perfect - means[method]))


def _check_baselines(where, sums, baselines):
    baselines = (baselines,) if isinstance(baselines, str) else tuple(baselines)
    for name in baselines:
        if name not in sums:
            raise error(
                where,
                f"the baseline {name!r}",
                f"names among {', '.join(sums)}",
                "Correct the name, or add its sums.",
            )
    return baselines


def _plain(value):
    """Return floats as JSON has them."""
    if np.ndim(value):
        return [_plain(each) for each in value]
    if np.isnan(value):
        return None
    # JSON has no infinite number: an exact forecast, whose PSNR is one, is not a missing score.
    return str(float(value)) if np.isinf(value) else float(value)
