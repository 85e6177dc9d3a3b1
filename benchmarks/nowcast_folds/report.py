"""Tables and pictures of the folds."""

import pathlib

import numpy as np

from benchmarks.nowcast_folds.fold_scores import COMPUTED
from benchmarks.radar_series import SERIES
from st_keras.metrics.radar import stated_probability_table
from st_keras.plots import forecast_strip, lead_time_curves, rank_histograms, reliability_diagram
from st_keras.text_table import text_table

SCORES = ("csi@0.5", "csi@1", "csi@2", "csi@5", "fss@1/5px", "mae", "ratio")
AIMED_AT = SCORES[:5]
_HEADINGS = ("CSI .5", "CSI 1", "CSI 2", "CSI 5", "FSS", "MAE", "ratio")
_BINS = 10
_DRAWN = ("persistence", "extrapolation-tuned", "sprog-tuned", *COMPUTED)


def score_table(name, pixels, compared, decision):
    """Return a table of all methods of a series, and how far a decision is above the best row."""
    rows = [["", *_HEADINGS]]
    for method, scores in compared.scores.items():
        rows.append([method, *(f"{scores['mean'][score]:.3f}" for score in SCORES)])
    gaps = gains(compared, decision)
    rows.append([f"{decision} less the best row", *(f"{gaps[s]:+.3f}" for s in AIMED_AT), "", ""])
    intervals = compared.intervals[decision]
    ends = [f"{intervals[s].low:.3f}..{intervals[s].high:.3f}" for s in SCORES]
    rows.append([f"{decision}, 95 % interval", *ends])
    title = f"{name}, {pixels} pixels: {compared.windows} windows in {compared.blocks} blocks"
    return f"{title}\n{text_table(rows, left=(0,))}"


def gains(compared, decision):
    """Return {score: the decision's mean less that of the best row}."""
    own = compared.scores[decision]["mean"]
    return {s: own[s] - compared.scores[compared.best[s]]["mean"][s] for s in AIMED_AT}


def ensemble_table(name, scores):
    """Return a table of both ensembles."""
    rows = [["", "CRPS mm/h", "95 % interval", "spread/error", "flat ranks"]]
    for method, of in scores.items():
        ratios = [r for r in of["ratio"] if r is not None]
        flat = [f for f in of["flat"] if f is not None]
        interval = of["crps_interval"]
        rows.append(
            [
                method,
                f"{of['crps_mean']:.4f}",
                f"{interval[0]:.4f}..{interval[1]:.4f}" if interval else "-",
                f"{min(ratios):.2f}..{max(ratios):.2f}" if ratios else "-",
                f"{np.mean(flat):.2f}" if flat else "-",
            ]
        )
    return f"{name}, ensembles\n{text_table(rows, left=(0,))}"


def draw(folder, found, compared, decision, ensembles):
    """Write curves, reliability, ranks, and the best, median and worst window of a series."""
    folder = pathlib.Path(folder)
    name, protocol = found.name, SERIES[found.name].protocol
    shown = [decision, *(method for method in _DRAWN if method in compared.scores)]
    curves = {
        method: {s.replace("@", " "): compared.scores[method]["leads"][s] for s in AIMED_AT}
        for method in shown
    }
    lead_time_curves(folder / f"{name}_by_lead_time.png", curves, name)
    stated = {
        threshold: np.nan_to_num(found.distribution.exceedance(threshold))
        for threshold in protocol.thresholds
    }
    table = stated_probability_table(found.truth, stated, protocol.thresholds)
    curves = table.reliability_curves("mm/h", _BINS)
    reliability_diagram(folder / f"{name}_reliability.png", curves, name)
    if ensembles:
        ranks = {method: np.sum(of["ranks"], axis=0) for method, of in ensembles.items()}
        rank_histograms(folder / f"{name}_ranks.png", ranks, name)
    field = found.decisions[decision.removeprefix("nowcaster ")]
    order = np.argsort(_csi_by_window(found.truth, field))
    for label, place in (("worst", 0), ("median", len(order) // 2), ("best", -1)):
        i = order[place]
        forecasts = {decision: field[i]}
        forecasts |= {m: found.rows[m][i] for m in _DRAWN[1:] if m in found.rows}
        top = float(np.nanmax(found.truth[i]))
        forecast_strip(
            folder / f"{name}_{label}.png",
            found.context[i],
            found.truth[i],
            forecasts,
            vmin=0.0,
            vmax=top,
            units="mm/h",
            colours="radar",
        )


def _csi_by_window(truth, field, threshold=1.0):
    valid = ~np.isnan(truth)
    with np.errstate(invalid="ignore"):
        came, told = (truth >= threshold) & valid, (field >= threshold) & valid
    hits = (came & told).sum(axis=(1, 2, 3, 4))
    return hits / np.maximum((came | told).sum(axis=(1, 2, 3, 4)), 1)
