"""Scores of whole NumPy arrays of forecasts, and the reference forecast to read them against."""

import keras
import numpy as np

from st_keras.metrics.scores_by_name import DEFAULT_SCORES, score_class
from st_keras.ops.patching import FRAME_AXES
from st_keras.validation import check_int, check_one_of, check_rank, error


def score_forecasts(
    y_true,
    y_pred,
    max_value,
    protocol="thuml",
    min_value=0.0,
    batch_size=16,
    scores=DEFAULT_SCORES,
    thresholds=None,
):
    """Score forecasts per lead time under one protocol: MSE, MAE, SSIM and PSNR, or as asked.

    Args:
        y_true: array (N, horizon, H, W, C). The frames that came, in the user's units. NaN is a
            missing value, which does not count.
        y_pred: array of the same shape. The forecasts; what stands where the truth is missing is
            not looked at. `common_pixels` leaves out of the truth what some method does not know.
        max_value: float. Value of white in those units: 1.0 for [0, 1], 255 for grey bytes.
        protocol: str. "thuml" (default), "openstl" or "float", or another one that all `scores`
            have; see `PROTOCOLS`.
        min_value: float. Value of black. Default 0.0.
        batch_size: int. Sequences scored at once, which bounds the memory. Default 16.
        scores: list of str, names of metrics, also of those that `register_score` was given.
            Default: those below. "rmse" is there, too, and those of `st_keras.metrics.radar`.
        thresholds: number or sequence of numbers in the user's units, for scores that have them,
            such as "csi", which are means over them. Default None: their own.

    Returns:
        dict of arrays (horizon,), in the order of `scores`: float32 "mse", "mae" (sum over pixels),
        "ssim" and "psnr" (dB), means over sequences; "psnr_of_mse" (dB), the PSNR of the mean
        squared error, which stays finite where some frame is reproduced exactly and the mean PSNR
        is infinite; and int64 "exact_frames", how many are. NaN where all of the truth at a lead
        time is missing.

    Raises:
        ValueError: for wrong or unequal shapes, no sequences, infinite values, a truth without any
            valid value, NaN in a forecast where the truth is valid, missing values with a score
            that does not know of them, an unknown score, no scores, a protocol that one of them
            lacks, thresholds that no score has or in other units, or a truth outside
            [min_value, max_value].

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import score_forecasts
    >>> truth = np.random.default_rng(0).random((3, 5, 16, 16, 1), "float32")
    >>> scores = score_forecasts(truth, 0.9 * truth, max_value=1.0)
    >>> sorted(scores), scores["mse"].shape
    (['exact_frames', 'mae', 'mse', 'psnr', 'psnr_of_mse', 'ssim'], (5,))
    """
    where = "score_forecasts"
    classes = {name: score_class(name) for name in _names(where, scores)}
    check_one_of(where, "protocol", protocol, _shared_protocols(where, classes))
    check_int(where, "batch_size", batch_size, 1)
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    check_rank(where, "y_true", y_true.shape, FRAME_AXES)
    if not len(y_true):
        raise error(
            where,
            f"y_true of shape {y_true.shape}, no sequences",
            "at least one sequence",
            "Check how the test set was selected.",
        )
    facts = {"protocol": protocol, "max_value": max_value, "min_value": min_value}
    own = _thresholds(where, thresholds, classes)
    metrics = {
        name: cls(**facts, horizon=y_true.shape[1], **own[name]) for name, cls in classes.items()
    }
    first = next(iter(metrics.values()))
    first.check_shapes(y_true.shape, y_pred.shape)
    _check_missing(where, y_true, classes)
    for start in range(0, len(y_true), batch_size):
        truth, forecast = (y[start : start + batch_size] for y in (y_true, y_pred))
        _check_values(where, truth, forecast, start)
        _check_range(where, truth, first.min_value, first.max_value)
        for metric in metrics.values():
            metric.update_state(truth, forecast)
    return {name: keras.ops.convert_to_numpy(m.per_lead_time()) for name, m in metrics.items()}


def persistence_forecast(context, horizon):
    """Return the forecast that nothing changes: the last context frame at every lead time.

    Where a value of the last frame is missing, it is the last one that is not.

    Args:
        context: array (B, T, H, W, C), at least one frame. NaN is a missing value.
        horizon: int. Number of frames to forecast.

    Returns:
        array (B, horizon, H, W, C) of the same type; NaN where all of the context is missing.

    Raises:
        ValueError: if `context` is not five-dimensional or has no frame, or `horizon` is below 1.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import persistence_forecast
    >>> context = np.arange(3.0).reshape(1, 3, 1, 1, 1)
    >>> persistence_forecast(context, 2).ravel().tolist()
    [2.0, 2.0]
    >>> context[0, 2] = np.nan
    >>> persistence_forecast(context, 2).ravel().tolist()
    [1.0, 1.0]
    """
    where = "persistence_forecast"
    context = np.asarray(context)
    check_rank(where, "context", context.shape, FRAME_AXES)
    horizon = check_int(where, "horizon", horizon, 1)
    check_int(where, "number of context frames", context.shape[1], 1)
    last = context[:, -1:]
    if context.dtype.kind == "f":
        for t in range(context.shape[1] - 2, -1, -1):
            missing = np.isnan(last)
            if not missing.any():
                break
            last = np.where(missing, context[:, t : t + 1], last)
    return np.repeat(last, horizon, axis=1)


def skill(score, reference):
    """Return the skill 1 - score / reference of an error score: 1 perfect, 0 as the reference.

    Args:
        score: array or float. Error of the forecast: lower is better (MSE, MAE; not SSIM, PSNR).
        reference: array or float of the same shape. Error of the reference, such as persistence.

    Returns:
        float64 array. Where the reference has no error: 0 if the forecast has none, else -inf; NaN
        where either is, as at a lead time whose truth is all missing.

    Raises:
        ValueError: if the shapes differ or an error is negative.

    Example:
    >>> from st_keras.metrics.video import skill
    >>> skill([10.0, 30.0], [20.0, 30.0]).tolist()
    [0.5, 0.0]
    """
    score, reference = np.asarray(score, float), np.asarray(reference, float)
    if score.shape != reference.shape or (score < 0).any() or (reference < 0).any():
        raise error(
            "skill",
            f"score of shape {score.shape} and reference of shape {reference.shape}, "
            f"smallest {min(score.min(initial=0.0), reference.min(initial=0.0)):g}",
            "two arrays of one shape, without negative errors",
            "Pass the same score of both methods, such as scores['mse'].",
        )
    perfect = reference == 0
    ratio = score / np.where(perfect, 1.0, reference)
    return np.where(perfect, np.where(score == 0, 0.0, -np.inf), 1.0 - ratio)


def _thresholds(where, thresholds, classes):
    """Return {name of a score: arguments it is made with beside those of all}."""
    if thresholds is None:
        return {name: {} for name in classes}
    own = {n: {"thresholds": thresholds} if c.takes_thresholds else {} for n, c in classes.items()}
    if not any(own.values()):
        raise error(
            where,
            f"thresholds={thresholds!r} with the scores {', '.join(classes)}",
            "a score that has thresholds, such as csi",
            "Add one, or leave the thresholds out.",
        )
    return own


def _names(where, scores):
    if isinstance(scores, str) or not len(scores):
        raise error(
            where,
            f"scores={scores!r}",
            "a list of at least one name of a score",
            'Pass scores=["mse", "rmse"], or leave it out.',
        )
    return tuple(scores)


def _shared_protocols(where, classes):
    rows = [cls.protocols for cls in classes.values()]
    shared = [name for name in rows[0] if all(name in row for row in rows)]
    if not shared:
        raise error(
            where,
            f"scores {', '.join(classes)}, which have no protocol in common",
            "scores of one protocol",
            "Score them one after the other, each with its protocol.",
        )
    return shared


def _check_missing(where, truth, classes):
    """Refuse a truth that holds nothing, or holes for a score that would not see them."""
    holes = [bool(np.isnan(sequence).any()) for sequence in truth]
    if not any(holes):
        return
    unaware = [name for name, cls in classes.items() if not cls.knows_missing]
    if unaware:
        raise error(
            where,
            f"missing values (NaN) in y_true, sequence {holes.index(True)}, "
            f"with the score {', '.join(unaware)}",
            "a truth without NaN, or scores that leave missing values out (knows_missing = True)",
            f"Leave {', '.join(unaware)} out, or let it take `valid`: see PerLeadTimeMetric.",
        )
    if all(np.isnan(sequence).all() for sequence in truth):
        raise error(
            where,
            "y_true without any valid value",
            "at least one value that is not NaN",
            "Check how the test set was selected, and where its data are missing.",
        )


def _check_values(where, truth, forecast, start):
    for name, values in (("y_true", truth), ("y_pred", forecast)):
        _refuse(
            np.isinf(values),
            start,
            where,
            f"inf in {name}",
            "finite frames, or NaN where the truth is missing",
            "Find where it comes from: a model that diverged, or a code for no data.",
        )
    _refuse(
        np.isnan(forecast) & ~np.isnan(truth),
        start,
        where,
        "NaN in y_pred where y_true is valid",
        "a forecast of every valid value",
        "Find where it comes from, or score what all methods know: see `common_pixels`.",
    )


def _refuse(wrong, start, where, received, required, action):
    if wrong.any():
        place = start + int(wrong.any(axis=(1, 2, 3, 4)).argmax())
        raise error(where, f"{received}, sequence {place}", required, action)


def _check_range(where, truth, low, high):
    margin = 1e-3 * (high - low)
    # fmin and fmax pass over NaN without a warning where there is nothing else.
    least, most = np.fmin.reduce(truth, axis=None), np.fmax.reduce(truth, axis=None)
    if least < low - margin or most > high + margin:
        raise error(
            where,
            f"y_true from {least:g} to {most:g} with min_value={low:g}, max_value={high:g}",
            "a truth between min_value (black) and max_value (white)",
            "Pass the range of your frames, such as max_value=255 for bytes, or clip both arrays.",
        )
