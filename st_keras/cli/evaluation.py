"""Score a model beside persistence, as a table and pictures: `evaluate` and `demo` share it."""

import shutil
import sys

import numpy as np

from st_keras.cli.modes.pictures import draw_modes
from st_keras.cli.modes.scores import mode_table, scores_by_mode
from st_keras.cli.pictures import draw_scored
from st_keras.metrics.radar import block_bootstrap
from st_keras.metrics.radar.thresholds import check_thresholds
from st_keras.metrics.scores_by_name import DEFAULT_SCORES, score_class
from st_keras.metrics.shown_scores import mean_score, name_of
from st_keras.metrics.video import (
    common_pixels,
    persistence_forecast,
    score_forecasts,
    scores_table,
    skill,
)
from st_keras.units import check_threshold_units
from st_keras.validation import error

PROTOCOL = "thuml"
RAIN_RATES = (0.5, 1.0, 2.0, 5.0)  # the thresholds of scores of events, where none are named


def check_scorable(source, scores=DEFAULT_SCORES, thresholds=None):
    """Refuse scores that cannot be shown, frames too small for them, thresholds in other units.

    Args:
        source: what is scored, with `image_shape`, `units` and `value_range`.
        scores: names.
        thresholds: tuple of floats, or None: those of the scores, which are rain rates.

    Raises:
        ValueError: for these.
    """
    image_shape = source.image_shape
    classes = {name: score_class(name) for name in scores}
    others = [name for name, cls in classes.items() if PROTOCOL not in cls.protocols]
    if others or not any(cls.shown for cls in classes.values()):
        raise error(
            "--scores",
            f"{','.join(scores)}",
            f"scores with the protocol {PROTOCOL!r}, of which tables show at least one",
            f"Leave {','.join(others)} out." if others else "Add another one, such as mse.",
        )
    events = [name for name, cls in classes.items() if cls.takes_thresholds]
    if events and thresholds is None:
        known = None if source.units == "data units" else source.units
        check_threshold_units("--scores", RAIN_RATES, "mm/h", known)
    if events:
        check_thresholds("--thresholds", thresholds or RAIN_RATES, source.value_range)
    elif thresholds is not None:
        raise error(
            "--thresholds",
            f"it with --scores {','.join(scores)}",
            "a score that has thresholds, such as csi",
            "Add one, or leave --thresholds out.",
        )
    rows = {name: cls.protocols[PROTOCOL] for name, cls in classes.items()}
    window, largest = max((row.get("window", 1), name) for name, row in rows.items())
    if min(image_shape[:2]) < window:
        raise error(
            "--data",
            f"frames of {image_shape[0]} x {image_shape[1]} pixels",
            f"at least {window} x {window}, the window of the {name_of(largest)}",
            "Use larger frames; `st-keras train` and `forecast` take these.",
        )


def evaluate(
    model,
    source,
    sequences,
    horizon,
    batch_size,
    folder,
    names=DEFAULT_SCORES,
    thresholds=None,
    remark="",
):
    """Forecast test sequences, print the scores, and write scores and pictures.

    Scores follow the protocol "thuml" (see `st_keras.metrics.video.PROTOCOLS`) on frames scaled to
    [0, 1] by the range of the data. Data with units also get "mae_per_pixel", in those units; data
    with labelled modes get scores and pictures by mode. Missing values (NaN) do not count, nor do
    those that a forecast does not know.

    Args:
        model: a `Forecaster`.
        source: a `DigitSource`, `ModesSource` or `ArraySource`.
        sequences: array (N, context_length + horizon, H, W, C) that training never saw.
        horizon: int.
        batch_size: int, sequences forecast at once.
        folder: `RunFolder`.
        names: of the scores. Default: those of `score_forecasts`.
        thresholds: of scores that have them. Default: theirs.
        remark: str, what must stand beside the scores. Default: nothing.

    Returns:
        dict: method -> score -> array (horizon,).
    """
    context, truth, inputs = model.forecast_parts(sequences)
    print(f"\nForecasting {len(sequences)} test sequences, {horizon} frames each.")
    name = type(model.network).__name__
    forecasts = {
        name: model.forecast(
            context, horizon, batch_size, verbose=int(sys.stdout.isatty()), known=inputs
        ),
        "persistence": persistence_forecast(model.targets_of(context), horizon),
    }
    context = model.targets_of(context)
    low, high = source.value_range
    known, share = common_pixels(truth, forecasts)
    if share < 1:
        print(f"Scored are {share:.1%} of the valid values: those that both methods know.")
    scores = {
        method: score_forecasts(
            known, forecast, high, PROTOCOL, low, scores=names, thresholds=thresholds
        )
        for method, forecast in forecasts.items()
    }
    if source.units:
        for method, forecast in forecasts.items():
            scores[method]["mae_per_pixel"] = _mean_of_valid(np.abs(forecast - known))
    print(scores_table(scores, width=shutil.get_terminal_size((120, 24)).columns))
    if "mse" in names:
        interval = _skill_interval(known, forecasts, source.value_range)
        _say_skill(*(mean_score("mse", scores[method]["mse"]) for method in forecasts), interval)
    if remark:
        print(remark)
    shown = (context[0], truth[0], {m: f[0] for m, f in forecasts.items()})
    _write(folder, source, scores, *shown, remark)
    if source.modes:
        write_modes(folder, model, source, sequences, known, forecasts, batch_size)
    return scores


def _mean_of_valid(errors):
    """Return the mean (horizon,) of errors (N, horizon, H, W, C) without NaN; NaN of none."""
    valid = ~np.isnan(errors)
    total, count = (x.sum(axis=(0, 2, 3, 4)) for x in (np.where(valid, errors, 0), valid))
    return np.where(count, total / np.maximum(count, 1), np.nan)


def _skill_interval(truth, forecasts, value_range):
    """Return the `Interval` of the MSE skill of the first forecast against the second."""
    low, high = value_range

    def scaled(frames):
        return np.clip((frames - low) / (high - low), 0.0, 1.0)

    squares = {
        place: np.nansum(np.square(scaled(frames) - scaled(truth)), axis=(1, 2, 3, 4))
        for place, frames in zip(("own", "other"), forecasts.values(), strict=True)
    }

    def skill_of(sums):
        return 1 - sums["own"] / sums["other"] if sums["other"] else np.nan

    return block_bootstrap(squares, skill_of)


def _say_skill(mse, persistence, interval):
    if persistence == 0:
        print("Nothing moves in the test sequences: persistence is perfect, skill says nothing.")
        return
    against = float(skill(mse, persistence))
    print(
        f"MSE skill against persistence: {against:+.0%}, 95 % interval of {interval.blocks} "
        f"sequences {interval.low:+.0%} to {interval.high:+.0%} (0 % is no better, 100 % is "
        "perfect)."
    )
    if against <= 0:
        print(
            "The model does not beat persistence. Train longer (--steps), or with --sampling "
            "scheduled or reverse, so that it learns from its own predictions."
        )


def _write(folder, source, scores, context, truth, forecasts, remark):
    content = {m: {k: v.tolist() for k, v in s.items()} for m, s in scores.items()}
    note = {"note": remark} if remark else {}
    folder.write_json("scores", "scores.json", {"protocol": PROTOCOL, "scores": content, **note})
    draw_scored(folder, source, scores, context, truth, forecasts)


def write_modes(folder, model, source, sequences, truth, forecasts, batch_size):
    """Print and write scores by mode, and pictures of what the model makes of the modes.

    Args:
        folder: `RunFolder`.
        model: `Forecaster`.
        source: source of data with `modes` and `test_labels`.
        sequences: array (N, T, H, W, C).
        truth: array (N, horizon, H, W, C).
        forecasts: dict, method -> array of this shape.
        batch_size: int.
    """
    labels = source.test_labels(len(sequences))
    scores = scores_by_mode(truth, forecasts, labels, source.modes, source.value_range)
    print(f"\n{mode_table(scores)}")
    numbers = draw_modes(model, sequences, labels, source.modes, folder, batch_size)
    for name, value in numbers.items():
        print(f"{name.replace('_', ' ')}: {value:.3f}")
    folder.write_json("scores by mode", "mode_scores.json", {"scores": scores, **numbers})
