"""All scores by name. The list is plain data: no metric is imported before it is asked for."""

import importlib

from st_keras.metrics.score_facts import ScoreFacts
from st_keras.validation import error

# The metrics of this package, in the order of help and tables.
_OURS = {
    "mse": "frame_mse:FrameMSE",
    "mae": "frame_mae:FrameMAE",
    "rmse": "rmse:RMSE",
    "ssim": "ssim:SSIM",
    "psnr": "psnr:PSNR",
    "psnr_of_mse": "psnr_of_mean:PSNROfMean",
    "exact_frames": "exact_frames:ExactFrames",
}
_REGISTERED = {}


class _LPIPS(ScoreFacts):
    """Computed by other packages, and known to curves."""

    better = "lower"


_COMPUTED_ELSEWHERE = {"lpips": _LPIPS}


def register_score(cls):
    """Let `score_forecasts`, tables and curves know a metric of your own by its name.

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
    if cls.score in score_names() and _place(score_class(cls.score)) != _place(cls):
        raise error(
            where,
            f"{cls.__name__} with score={cls.score!r}, the name of "
            f"{score_class(cls.score).__name__}",
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
    return (*_OURS, *_REGISTERED)


def score_class(name):
    """Return the metric of this name.

    Raises:
        ValueError: for a name that none has.
    """
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name not in _OURS:
        raise error(
            "scores",
            f"{name!r}",
            f"names among {', '.join(score_names())}",
            "Correct the name, or register your metric with `register_score`.",
        )
    module, _, cls = _OURS[name].partition(":")
    return getattr(importlib.import_module(f"st_keras.metrics.video.{module}"), cls)


def facts_of(name):
    """Return the facts of a score, those of `ScoreFacts` itself if nobody knows it.

    Example:

    >>> facts_of("psnr").unit, facts_of("mae_per_pixel").better
    ('dB', None)
    """
    if name in score_names():
        return score_class(name)
    return _COMPUTED_ELSEWHERE.get(name, ScoreFacts)


def _place(cls):
    return cls.__module__, cls.__qualname__
