"""The score of each trial of a search, and the best so far."""

import numpy as np

from st_keras.plots.figure_file import (
    COLOURS,
    new_figure,
    plain_log_axis,
    quiet_axes,
    save_figure,
    whole_number_axis,
)
from st_keras.validation import check_one_of, error

DIRECTIONS = ("min", "max")


def tuning_history(path, scores, direction="min", y_label="score", title=None):
    """Write the score of each trial as a dot, and the best so far as a line.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        scores: list of numbers, one per trial in the order of their numbers, which start at 0;
            None or NaN for a trial that failed, shown as a cross at the lower edge.
        direction: "min" if lower is better, else "max". Default "min".
        y_label: str. Default "score".
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if no trial has a finite score, or for another direction.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import tuning_history
    >>> tuning_history(tempfile.mkdtemp() + "/trials.png", [0.5, None, 0.3, 0.4]).name
    'trials.png'
    """
    where = "tuning_history"
    check_one_of(where, "direction", direction, DIRECTIONS)
    y = np.array([np.nan if score is None else score for score in scores], float)
    known = np.isfinite(y)
    if not known.any():
        raise error(
            where,
            f"{len(y)} scores, none of them finite",
            "at least one trial with a score",
            "See why the trials failed; there is nothing to draw yet.",
        )
    x = np.arange(len(y))
    better = np.fmin if direction == "min" else np.fmax
    best = better.accumulate(np.where(known, y, np.nan))
    figure = new_figure(7.0, 4.2)
    axes = figure.add_subplot()
    quiet_axes(axes)
    if y[known].min() > 0 and y[known].max() >= 3 * y[known].min():
        axes.set_yscale("log")
        plain_log_axis(axes.yaxis, y[known].min(), y[known].max())
    # A line of steps says that nothing was known between two trials.
    axes.step(x, best, where="post", color=COLOURS[1], label="best so far")
    axes.plot(x[known], y[known], "o", color=COLOURS[0], markersize=5, label="trial")
    if not known.all():
        axes.plot(
            x[~known],
            np.full((~known).sum(), 0.03),
            "x",
            color="black",
            label="failed",
            transform=axes.get_xaxis_transform(),
            zorder=5,
        )
    winner = int(np.nanargmin(y) if direction == "min" else np.nanargmax(y))
    label = f"best: {y[winner]:.4g}, trial {winner}"
    axes.plot([winner], [y[winner]], "*", color="black", markersize=13, label=label, zorder=6)
    axes.set_xlabel("trial")
    axes.set_ylabel(f"{y_label}  ({'lower' if direction == 'min' else 'higher'} is better)")
    whole_number_axis(axes.xaxis, 0, len(y) - 1)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    if title:
        axes.set_title(title)
    return save_figure(where, path, figure)
