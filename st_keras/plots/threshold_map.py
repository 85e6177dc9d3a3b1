"""A score by lead time and threshold: what a forecast can be asked for, and how far ahead."""

import numpy as np

from st_keras.metrics.scores_by_name import facts_of
from st_keras.metrics.shown_scores import name_of
from st_keras.plots.figure_file import new_figure, save_figure
from st_keras.validation import check_rank, error

_MISSING = "0.85"


def threshold_map(path, scores, thresholds, score="csi", units="mm/h", title=None):
    """Write one panel per method: lead time to the right, thresholds upwards, the score as colour.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        scores: dict, method name -> array (T, K), such as `contingency_scores(...)["csi"]` or
            `per_threshold()` of a metric. NaN, where there is no score, is grey.
        thresholds: K numbers, ascending.
        score: str, its name, which says how it is called. Default "csi".
        units: str, of the thresholds. Default "mm/h".
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there are no scores, or arrays that differ or are not (T, K).

    Example:
    >>> import tempfile
    >>> from st_keras.plots import threshold_map
    >>> scores = {"PredRNN": [[0.7, 0.3], [0.5, 0.1]], "persistence": [[0.6, 0.2], [0.3, 0.0]]}
    >>> threshold_map(tempfile.mkdtemp() + "/csi.png", scores, [0.5, 5.0]).name
    'csi.png'
    """
    where = "threshold_map"
    scores = _check_scores(where, scores, thresholds)
    largest = max(np.nanmax(values, initial=0.0) for values in scores.values())
    least = min(np.nanmin(values, initial=0.0) for values in scores.values())
    leads, places = next(iter(scores.values())).shape
    columns = min(len(scores), 2)
    rows = -(-len(scores) // columns)
    width, height = max(0.42 * leads, 2.6) + 0.9, max(0.34 * places, 1.2) + 0.9
    figure = new_figure(width * columns + 0.8, height * rows + (0.4 if title else 0.0))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for (method, values), axes in zip(scores.items(), panels, strict=False):
        image = _draw(axes, values, thresholds, (least, largest), units)
        axes.set_title(method, fontsize=10, loc="left")
    for axes in panels[len(scores) :]:
        axes.set_visible(False)
    better = facts_of(score).better
    label = name_of(score) + (f" ({better} is better)" if better else "")
    figure.colorbar(image, ax=list(panels[: len(scores)]), label=label)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def _draw(axes, values, thresholds, limits, units):
    from matplotlib import colormaps

    colours = colormaps["viridis"].with_extremes(bad=_MISSING)
    image = axes.imshow(
        np.ma.masked_invalid(values.T),
        origin="lower",
        aspect="auto",
        cmap=colours,
        vmin=limits[0],
        vmax=max(limits[1], limits[0] + 1e-6),
    )
    middle = (limits[0] + limits[1]) / 2
    for (lead, place), value in np.ndenumerate(values):
        if not np.isnan(value):
            # Black on yellow, white on blue.
            colour = "black" if value > middle else "white"
            text = f"{value:.2f}".removeprefix("0") if 0 <= value < 0.995 else f"{value:.1f}"
            axes.text(lead, place, text, ha="center", va="center", fontsize=7, color=colour)
    leads = len(values)
    every = max(1, leads // 12)
    axes.set_xticks(range(0, leads, every), [str(k + 1) for k in range(0, leads, every)])
    axes.set_yticks(range(len(thresholds)), [f"{t:g}" for t in thresholds])
    axes.set_xlabel("lead time (frames)")
    axes.set_ylabel(f"threshold ({units})" if units else "threshold")
    return image


def _check_scores(where, scores, thresholds):
    if not scores:
        raise error(
            where,
            "no scores",
            "a dict of methods, each with an array (T, K)",
            "Pass {'model': contingency_scores(table)['csi']}.",
        )
    arrays = {method: np.asarray(values, float) for method, values in scores.items()}
    for method, values in arrays.items():
        check_rank(where, f"scores[{method!r}]", values.shape, ("T", "K"))
    shapes = {values.shape for values in arrays.values()}
    if len(shapes) > 1 or next(iter(shapes))[1] != len(thresholds) or 0 in next(iter(shapes)):
        raise error(
            where,
            f"scores of the shapes {sorted(shapes)} for {len(thresholds)} thresholds",
            "arrays (T, K) of the same lead times and these K thresholds",
            "Score all methods on the same frames, at the same thresholds.",
        )
    return arrays
