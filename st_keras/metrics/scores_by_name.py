"""All scores by name. The list is plain data: no metric is imported before it is asked for."""

import re

from st_keras.entry_points import entry_points, imported
from st_keras.metrics.score_facts import ScoreFacts
from st_keras.validation import error

ENTRY_POINTS = "st_keras.scores"
# The metrics of this package.
_OURS = {
    "mse": "st_keras.metrics.video.frame_mse:FrameMSE",
    "mae": "st_keras.metrics.video.frame_mae:FrameMAE",
    "rmse": "st_keras.metrics.video.rmse:RMSE",
    "ssim": "st_keras.metrics.video.ssim:SSIM",
    "psnr": "st_keras.metrics.video.psnr:PSNR",
    "psnr_of_mse": "st_keras.metrics.video.psnr_of_mean:PSNROfMean",
    "exact_frames": "st_keras.metrics.video.exact_frames:ExactFrames",
    "csi": "st_keras.metrics.radar.event_metrics:CSI",
    "pod": "st_keras.metrics.radar.event_metrics:POD",
    "far": "st_keras.metrics.radar.event_metrics:FAR",
    "success_ratio": "st_keras.metrics.radar.event_metrics:SuccessRatio",
    "frequency_bias": "st_keras.metrics.radar.event_metrics:FrequencyBias",
    "f1": "st_keras.metrics.radar.event_metrics:F1",
    "hss": "st_keras.metrics.radar.event_metrics:HSS",
    "gss": "st_keras.metrics.radar.event_metrics:GSS",
    "hk": "st_keras.metrics.radar.event_metrics:HanssenKuipers",
    "mcc": "st_keras.metrics.radar.event_metrics:MCC",
    "accuracy": "st_keras.metrics.radar.event_metrics:EventAccuracy",
    "fss": "st_keras.metrics.radar.fss_metric:FSS",
    "ratio": "st_keras.metrics.radar.rain_ratio:RainRatio",
}
_REGISTERED = {}
DEFAULT_SCORES = ("mse", "mae", "ssim", "psnr", "psnr_of_mse", "exact_frames")  # if none is named

_COMPUTED_ELSEWHERE = {"lpips": "st_keras.metrics.video.lpips:LPIPS"}  # by other packages
_POOLED = re.compile(r"csi(?:_pool(\d+))?(_m)?")


def register_score(cls):
    """Let `score_forecasts`, tables and curves of this process know a metric by its name.

    Every process learns of it by an entry point of the group "st_keras.scores", whose name is that
    of the score.

    Args:
        cls: subclass of `PerLeadTimeMetric` with `score`, its name. Registering a class again, as a
            notebook does, replaces it.

    Returns:
        `cls`, so that this is also a decorator.

    Raises:
        ValueError: for something else, a score whose name is another's, or a `better` that is
            neither "lower", "higher" nor None.

    Example:
    >>> from keras import ops
    >>> from st_keras.metrics.video import PerLeadTimeMetric, register_score, score_forecasts
    >>> @register_score
    ... class Bias(PerLeadTimeMetric):
    ...     score = "bias"
    ...
    ...     def score_frames(self, y_true, y_pred):
    ...         return ops.mean(y_pred - y_true, axis=(1, 2, 3))
    >>> import numpy as np
    >>> truth = np.zeros((3, 2, 8, 8, 1))
    >>> score_forecasts(truth, truth + 0.25, max_value=1.0, scores=["bias"])["bias"].tolist()
    [0.25, 0.25]
    """
    from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
    from st_keras.metrics.video.protocols import PROTOCOLS

    where = "register_score"
    if not (isinstance(cls, type) and issubclass(cls, PerLeadTimeMetric) and cls.score):
        raise error(
            where,
            f"{cls!r}",
            "a subclass of PerLeadTimeMetric with a name, such as score = 'csi'",
            "Pass the class, not an instance, and set `score` in it.",
        )
    place = _places().get(cls.score)
    if place and _owner(place) != _owner(_place(cls)):
        raise error(
            where,
            f"{cls.__name__} with score={cls.score!r}, the name of {place}",
            f"a name that is not taken; taken are {', '.join(score_names())}",
            "Give the score another name.",
        )
    if cls.better not in ("lower", "higher", None):
        raise error(
            where,
            f"{cls.__name__} with better={cls.better!r}",
            "'lower', 'higher' or None",
            "Say which scores are the better ones.",
        )
    if cls.score not in _OURS:
        _REGISTERED[cls.score] = cls
    PROTOCOLS[cls.score] = cls.protocols
    return cls


def score_names():
    """Return the names of all scores, ours first; none is imported for it."""
    return tuple(_places())


def our_classes():
    """Return the metrics of this package, {name: class}."""
    return {name: imported(place) for name, place in _OURS.items()}


def score_class(name):
    """Return the metric of this name.

    Raises:
        ValueError: for a name that none has, or an entry point that is no metric of this name.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name not in _places():
        raise error(
            "scores",
            f"{name!r}",
            f"names among {', '.join(score_names())}",
            "Correct the name, or register your metric with `register_score`.",
        )
    cls = imported(_places()[name])
    if name in _OURS:
        return cls
    if register_score(cls).score != name:
        raise error(
            f"the entry point {name!r} of {ENTRY_POINTS}",
            f"{cls.__name__} with score={cls.score!r}",
            "a metric whose score has the name of the entry point",
            "Correct the package that names it, or uninstall it.",
        )
    return cls


def facts_of(name):
    """Return the facts of a score, those of `ScoreFacts` itself if nobody knows it.

    A name may say at which threshold or scale a score is, behind "@": "csi@1", "fss@1/5px"; a CSI
    also of which squares, and whether it is the mean over thresholds: "csi_pool4@16", "csi_m".

    Example:

    >>> facts_of("psnr").unit, facts_of("mae_per_pixel").better
    ('dB', None)
    >>> facts_of("far@0.5").title, facts_of("far@0.5").better
    ('FAR at 0.5', 'lower')
    >>> facts_of("csi_pool4@16").title, facts_of("csi_m").title
    ('CSI pool 4 at 16', 'CSI-M')
    """
    name, at, place = name.partition("@")
    if at:
        facts = facts_of(name)
        told = {
            key: getattr(facts, key) for key in ("unit", "better", "perfect", "digits", "shown")
        }
        title = f"{facts.title or name.upper()} at {place}"
        return type(facts.__name__, (ScoreFacts,), {**told, "score": name, "title": title})
    if name in score_names():
        return score_class(name)
    pooled = _POOLED.fullmatch(name)
    if pooled:
        return _pooled_csi(name, *pooled.groups())
    return imported(_COMPUTED_ELSEWHERE[name]) if name in _COMPUTED_ELSEWHERE else ScoreFacts


def _pooled_csi(name, pool, mean):
    title = ("CSI-M" if mean else "CSI") + (f" pool {pool}" if pool else "")
    told = {"score": name, "title": title, "better": "higher", "perfect": 1.0}
    return type("PooledCSIFacts", (ScoreFacts,), told)


def _place(cls):
    return f"{cls.__module__}:{cls.__qualname__}"


def _owner(place):
    """Package and class: an entry point may name a class where its package re-exports it."""
    return place.partition(".")[0].partition(":")[0], place.partition(":")[2]


def _places():
    """{name: where it is} of all scores: ours, those with an entry point, registered ones."""
    registered = {name: _place(cls) for name, cls in _REGISTERED.items()}
    return {**_OURS, **entry_points(ENTRY_POINTS), **registered, **_OURS}
