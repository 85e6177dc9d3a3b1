"""What the Nowcaster of a fold scores on the event it has not seen, beside all rows."""

import dataclasses

import numpy as np

from benchmarks.radar_rows import METHODS, model_of
from benchmarks.radar_series import FOLDER, SERIES
from st_keras.choices import DECISIONS
from st_keras.metrics.radar import compare_rain, rain_sums
from st_keras.metrics.video import common_pixels

COMPUTED = ("advection", "nowcaster-untrained")  # nothing is learned, nothing is of pysteps
PIXELS = ("all", "inside")
BLOCK = 3  # windows that are resampled together


@dataclasses.dataclass(frozen=True)
class SeriesForecasts:
    """Forecasts of the windows of a series.

    Attributes:
        name: str, a key of `SERIES`.
        context, truth: float64 (B, T, H, W, 1), mm/h; NaN is missing.
        rows: dict, method of `METHODS` or `COMPUTED` -> forecast, NaN where nothing is known.
        decisions: dict, decision -> forecast of the Nowcaster.
        distribution: `RainDistribution`.
    """

    name: str
    context: np.ndarray
    truth: np.ndarray
    rows: dict
    decisions: dict
    distribution: object


def forecast_series(name, model, folder=FOLDER, rows=True):
    """Return the `SeriesForecasts` of a model; without `rows` those of the model alone."""
    series = SERIES[name]
    context, truth = series.windows(folder)
    horizon = series.protocol.horizon
    methods = (*METHODS, *COMPUTED) if rows else ()
    distribution = model.forecast_distribution(context, horizon)
    return SeriesForecasts(
        name,
        context,
        truth,
        {method: model_of(method).forecast(context, horizon) for method in methods},
        {decision: model.field_of(context, distribution, decision) for decision in DECISIONS},
        distribution,
    )


def score_series(found):
    """Return {"all" or "inside": `RainComparison`}: rows are baselines, decisions are not.

    Inside are the pixels that all methods of `METHODS` know.
    """
    protocol = SERIES[found.name].protocol
    known = {method: found.rows[method] for method in METHODS if method in found.rows}
    truths = {"all": found.truth}
    if known:
        truths["inside"], _ = common_pixels(found.truth, known)
    forecasts = {**{f"nowcaster {name}": of for name, of in found.decisions.items()}, **found.rows}
    blocks = np.arange(len(found.context)) // BLOCK
    compared = {}
    for pixels, truth in truths.items():
        sums = {
            method: rain_sums(truth, forecast, protocol, "mm/h")
            for method, forecast in forecasts.items()
        }
        compared[pixels] = compare_rain(sums, tuple(known), blocks)
    return compared
