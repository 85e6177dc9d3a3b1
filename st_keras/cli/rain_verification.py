"""Verify forecasts of rain under a protocol, beside baselines: table, intervals, pictures."""

import dataclasses
import sys

import numpy as np

from st_keras.baselines import make_baseline
from st_keras.cli.evaluate.verified import Verified, best_first
from st_keras.cli.pictures import draw_scored
from st_keras.metrics.radar import PROTOCOLS, compare_rain, rain_sums, rain_table
from st_keras.metrics.radar.rain_scores import scores_of_sums
from st_keras.metrics.radar.rain_tables import heading
from st_keras.units import check_threshold_units
from st_keras.validation import error

DEFAULT_BASELINES = ("persistence",)


def check_protocol(name, model, source):
    """Refuse data and models that a protocol does not go with, before anything is forecast.

    Args:
        name: str, a key of `PROTOCOLS`.
        model: `Forecaster`.
        source: `ArraySource`.

    Returns:
        `RainProtocol`.

    Raises:
        ValueError: for a model of another context length, several targets, frames in other units
            than the thresholds, or of another step of time.
    """
    protocol = PROTOCOLS[name]
    if model.context_length != protocol.context_length:
        raise error(
            "--protocol",
            f"{name} with a model that reads {model.context_length} frames",
            f"a context of {protocol.context_length} frames",
            f"Train one with --context-length {protocol.context_length}.",
        )
    if len(source.targets) != 1:
        raise error(
            "--protocol",
            f"{name} with {len(source.targets)} targets",
            "one target: rain",
            "Train a model of one with --targets.",
        )
    known = None if source.units == "data units" else source.units
    if known is None:
        raise error(
            "--protocol",
            f"{name} with frames whose units are not known",
            f"frames in {protocol.units}",
            f"State them: --units {protocol.units}; or convert them: --as-rain-rate.",
        )
    check_threshold_units("--protocol", protocol.thresholds, protocol.units, known)
    minutes = source.minutes()
    if minutes is not None and minutes != protocol.minutes:
        raise error(
            "--protocol",
            f"{name} with frames every {minutes:g} minutes",
            f"frames every {protocol.minutes} minutes",
            "Verify data of that step.",
        )
    return protocol


def protocol_as_trained(model, horizon=None, stride=None):
    """Return the scores of "radar-60min-v1" for other windows: those a `Nowcaster` was made for.

    Args:
        model: `Nowcaster`.
        horizon: int. Default None: that of the model.
        stride: int. Default None: 1.
    """
    return dataclasses.replace(
        PROTOCOLS["radar-60min-v1"],
        name="no protocol",
        context_length=model.context_length,
        horizon=horizon or model.horizon,
        stride=stride or 1,
    )


def make_baselines(names, units):
    """Return {name: baseline}; what is not installed, or cannot work on the units, is refused."""
    return {name: make_baseline(name, units=units) for name in names}


def verify(
    names,
    forecasts_of,
    source,
    protocol,
    baselines,
    count,
    batch_size,
    folder,
    again=None,
    remark="",
):
    """Forecast windows with a model and baselines; print and write scores and pictures.

    Args:
        names: list of str, of the model's forecasts.
        forecasts_of: function of sequences (B, T, H, W, C) to the context and truth of their
            targets, and a dict, name -> forecast.
        source: `ArraySource`.
        protocol: `RainProtocol`.
        baselines: what `make_baselines` returned, fitted.
        count: int, at most so many windows; None: all.
        batch_size: int.
        folder: `RunFolder`.
        again: function as `forecasts_of`, to look at single windows afterwards. Default None:
            `forecasts_of` itself.
        remark: str, what must stand beside the scores. Default: nothing.

    Returns:
        `Verified`.
    """
    windows, blocks = source.test_windows(count)
    print(
        f"\nForecasting {len(windows)} windows of {len(set(blocks))} days or events, "
        f"{protocol.horizon} frames each: {', '.join([*names, *baselines])}.",
        flush=True,
    )
    sums, shown = {}, {}

    def with_baselines(sequences, forecasts_of=again or forecasts_of):
        context, truth, forecasts = forecasts_of(sequences)
        for method, baseline in baselines.items():
            forecasts[method] = baseline.forecast(context, protocol.horizon)
        return context, truth, forecasts

    for start in _with_bar(range(0, len(windows), batch_size)):
        batch = windows[start : start + batch_size]
        context, truth, forecasts = with_baselines(batch, forecasts_of)
        for method, forecast in forecasts.items():
            found = rain_sums(truth, forecast, protocol, protocol.units)
            sums[method] = sums[method].joined(found) if method in sums else found
        wettest = np.nanmean(truth) if np.isfinite(truth).any() else -1.0
        if not shown or wettest > shown["rain"]:
            first = {method: forecast[0] for method, forecast in forecasts.items()}
            shown = {"rain": wettest, "parts": (context[0], truth[0], first)}
    compared = compare_rain(sums, tuple(baselines), blocks)
    print("\n".join(filter(None, ["", rain_table(compared), remark])))
    _write(folder, source, compared, remark, *shown["parts"])
    ranked_by, order = _ranked(protocol, sums[names[0]])
    return Verified(
        comparison=compared,
        models=tuple(names),
        windows=windows,
        ranked_by=ranked_by,
        order=order,
        forecasts_of=with_baselines,
        source=source,
        context_length=protocol.context_length,
        notes=(remark,) if remark else (),
    )


def _ranked(protocol, sums):
    """Return the title of a score, and the windows by it: a CSI, or the MAE where nothing rains."""
    each = [
        scores_of_sums(protocol, {name: of[i] for name, of in sums.arrays.items()})["mean"]
        for i in range(sums.windows)
    ]
    thresholds = [f"csi@{threshold:g}" for threshold in protocol.thresholds]
    for name in ("csi@1", thresholds[0], "mae"):
        scores = np.array([of.get(name, np.nan) for of in each])
        if not np.isnan(scores).all():
            break
    return heading(name), best_first(scores, "lower" if name == "mae" else "higher")


def _write(folder, source, compared, remark, context, truth, forecasts):
    content = compared.as_json()
    content["note"] = " ".join(filter(None, [remark, content["note"]]))
    folder.write_json("scores", "scores.json", content)
    curves = {
        method: {name.replace("@", " "): np.asarray(v) for name, v in scores["leads"].items()}
        for method, scores in compared.scores.items()
    }
    wanted = [
        name for name in next(iter(curves.values())) if name.startswith(("csi", "fss", "mae"))
    ]
    curves = {method: {name: of[name] for name in wanted} for method, of in curves.items()}
    draw_scored(folder, source, curves, context, truth, forecasts)


def _with_bar(starts):
    if not sys.stderr.isatty():
        return starts
    from tqdm import tqdm

    return tqdm(starts, desc="forecasting", unit="batch")
