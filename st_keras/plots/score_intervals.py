"""Scores of several methods and seeds: every seed as a dot, mean and confidence interval."""

import math

import numpy as np

from st_keras.plots.figure_file import COLOURS, MARKERS, new_figure, quiet_axes, save_figure
from st_keras.plots.finite_array import check_finite_array
from st_keras.validation import check_number, error

PANELS_PER_ROW = 4
DOTS, MEAN = (-0.35, 0.1), 0.22  # where a method's dots and its mean stand, relative to its place


def score_intervals(path, scores, confidence=0.95, title=None):
    """Write one panel per score, in it the methods side by side: dots, mean and interval.

    The interval is that of Student's t distribution for the mean over seeds; one seed gets a
    mean but no interval. Dots lie side by side in the order given. Each panel has its own scale,
    which need not begin at 0.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        scores: dict, method name -> dict, score name -> sequence of numbers (or `Score` objects),
            one per seed. Methods may have different scores and numbers of seeds.
        confidence: float in [0.5, 0.999]. Default 0.95.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there are no scores, or some are empty, NaN or not a list of numbers. Nothing
            is written then.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import score_intervals
    >>> scores = {"SlowVAE": {"mcc": [0.66, 0.7, 0.61]}, "beta-VAE": {"mcc": [0.5, 0.58, 0.52]}}
    >>> score_intervals(tempfile.mkdtemp() + "/scores.png", scores).name
    'scores.png'
    """
    where = "score_intervals"
    scores = _check_scores(where, scores)
    check_number(where, "confidence", confidence, 0.5, 0.999)
    methods = list(scores)
    names = list(dict.fromkeys(name for method in scores.values() for name in method))
    columns = min(len(names), PANELS_PER_ROW)
    rows = -(-len(names) // columns)
    # A letter of the heading takes about 0.09 inch.
    panel = max(2.1, 0.45 * len(methods) + 0.7, 0.09 * max(map(len, names)) + 0.6)
    figure = new_figure(max(panel * columns, 4.0), 2.5 * rows + 0.6 + (0.3 if title else 0.0))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for name, axes in zip(names, panels, strict=False):
        quiet_axes(axes)
        axes.grid(False, axis="x")
        axes.set_title(name.replace("_", " "), fontsize=10)
        axes.set_xlim(-0.6, len(methods) - 0.4)
        axes.set_xticks([])
        for i, method in enumerate(methods):
            if name in scores[method]:
                _draw(axes, i, scores[method][name], confidence)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    _legend(figure, methods, confidence)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def mean_interval(values, confidence=0.95):
    """Return the mean of `values` (N,) and the half width of its t interval, None for N = 1.

    Example:
    >>> from st_keras.plots.score_intervals import mean_interval
    >>> mean, half = mean_interval([1.0, 2.0, 3.0])
    >>> mean, round(half, 3)
    (2.0, 2.484)
    """
    from scipy.stats import t

    values = np.asarray(values, "float64")
    mean = float(values.mean())
    if len(values) == 1:
        return mean, None
    quantile = t.ppf(0.5 + confidence / 2, len(values) - 1)
    return mean, float(quantile * values.std(ddof=1) / math.sqrt(len(values)))


def _draw(axes, place, values, confidence):
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    mean, half = mean_interval(values, confidence)
    spread = place + np.linspace(*DOTS, len(values) + 2)[1:-1]
    axes.plot(spread, values, marker, color=colour, markersize=4, alpha=0.5, markeredgewidth=0)
    axes.errorbar(
        place + MEAN,
        mean,
        half,
        color=colour,
        marker=marker,
        markersize=6.5,
        linewidth=1.5,
        capsize=4,
        capthick=1.5,
    )


def _legend(figure, methods, confidence):
    from matplotlib.lines import Line2D

    entries = [
        Line2D([], [], color=COLOURS[i % len(COLOURS)], marker=MARKERS[i % len(MARKERS)])
        for i in range(len(methods))
    ]
    # A letter takes about 0.09 inch, line and gaps 0.8 inch.
    ncols = max(1, int(figure.get_figwidth() / (0.8 + 0.09 * max(map(len, methods)))))
    figure.legend(
        entries,
        methods,
        loc="outside lower center",
        ncols=ncols,
        frameon=False,
        title=f"pale: seeds; full: their mean with its {100 * confidence:g} % interval",
        title_fontsize=9,
    )


def _check_scores(where, scores):
    """Return the scores with arrays as values, or raise `ValueError`."""
    methods = list(scores.values()) if isinstance(scores, dict) else []
    if not methods or not all(isinstance(m, dict) for m in methods) or not any(methods):
        raise error(
            where,
            f"scores of type {type(scores).__name__} without scores of any method",
            "a dict of methods, each with a dict of scores",
            "Pass {'SlowVAE': {'mcc': [0.66, 0.7, 0.61]}}.",
        )
    return {
        str(method): {
            str(name): check_finite_array(where, f"scores[{method!r}][{name!r}]", v, ("seeds",))
            for name, v in values.items()
        }
        for method, values in scores.items()
    }
