"""Scores against lead time of several methods and seeds: mean and confidence interval."""

import numpy as np

from st_keras.plots.curves import panel_title
from st_keras.plots.figure_file import (
    COLOURS,
    MARKERS,
    new_figure,
    quiet_axes,
    save_figure,
    whole_number_axis,
)
from st_keras.plots.seed_intervals import LETTER_INCHES, LINE_INCHES, mean_interval
from st_keras.validation import check_number, error

COLUMNS = 2


def lead_time_intervals(path, scores, confidence=0.95, title=None):
    """Write one panel per score, in it a line per method and the interval of its mean as a band.

    The interval is that of Student's t for the mean over seeds, at each lead time alone; one seed
    has none. Lead times without a finite score of each seed leave a gap.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        scores: dict, method name -> dict, score name -> array (seeds, horizon). Methods may have
            different scores, seeds and horizons.
        confidence: float in [0.5, 0.999]. Default 0.95.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there are no scores, or one is not an array of two axes. Nothing is written
            then.

    Example:
    >>> import tempfile
    >>> scores = {"PredRNN": {"mse": [[4.0, 5.0], [4.2, 5.1]]}, "persistence": {"mse": [[9, 17]]}}
    >>> lead_time_intervals(tempfile.mkdtemp() + "/curves.png", scores).name
    'curves.png'
    """
    where = "lead_time_intervals"
    check_number(where, "confidence", confidence, 0.5, 0.999)
    scores = _check_scores(where, scores)
    names = list(dict.fromkeys(name for method in scores.values() for name in method))
    columns = min(len(names), COLUMNS)
    rows = -(-len(names) // columns)
    figure = new_figure(4.6 * columns, 3.1 * rows + 0.7 + (0.3 if title else 0.0))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    lines = {}
    for name, axes in zip(names, panels, strict=False):
        quiet_axes(axes)
        longest = 1
        for i, (method, of) in enumerate(scores.items()):
            if name in of:
                colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
                lines[method] = _draw(axes, of[name], colour, marker, confidence)
                longest = max(longest, of[name].shape[1])
        axes.set_title(panel_title(name), fontsize=11, loc="left")
        axes.set_xlabel("lead time (frames)")
        whole_number_axis(axes.xaxis, 1, longest)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    inches = LINE_INCHES + LETTER_INCHES * max(map(len, lines))
    figure.legend(
        lines.values(),
        lines,
        loc="outside lower center",
        ncols=max(1, int(4.6 * columns / inches)),
        frameon=False,
        title=f"mean over seeds; band: its {100 * confidence:g} % interval",
        title_fontsize=9,
    )
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def _draw(axes, values, colour, marker, confidence):
    """Draw the mean over seeds of `values` (seeds, horizon), and its interval; return the line."""
    places = np.arange(1, values.shape[1] + 1)
    known = np.isfinite(values).all(axis=0)
    means, halves = np.full((2, len(places)), np.nan)
    for lead in np.flatnonzero(known):
        means[lead], half = mean_interval(values[:, lead], confidence)
        halves[lead] = np.nan if half is None else half
    (line,) = axes.plot(places, means, color=colour, marker=marker, markersize=4)
    if np.isfinite(halves).any():
        low, high = means - halves, means + halves
        axes.fill_between(places, low, high, color=colour, alpha=0.2, linewidth=0)
    return line


def _check_scores(where, scores):
    """Return the scores with arrays as values, or raise `ValueError`."""
    methods = list(scores.values()) if isinstance(scores, dict) else []
    if not methods or not all(isinstance(m, dict) for m in methods) or not any(methods):
        raise error(
            where,
            f"scores of type {type(scores).__name__} without scores of any method",
            "a dict of methods, each with a dict of scores",
            "Pass {'PredRNN': {'mse': [[4.0, 5.0], [4.2, 5.1]]}}.",
        )
    checked = {}
    for method, values in scores.items():
        for name, array in values.items():
            array = np.asarray(array, float)
            if array.ndim != 2 or not array.size:
                raise error(
                    where,
                    f"scores[{method!r}][{name!r}] of shape {array.shape}",
                    "an array (seeds, horizon), not empty",
                    "Pass a row for each seed.",
                )
            checked.setdefault(str(method), {})[str(name)] = array
    return checked
