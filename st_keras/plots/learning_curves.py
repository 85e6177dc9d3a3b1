"""Validation loss of several methods and seeds over training, to see whether it has settled."""

import numpy as np

from st_keras.plots.figure_file import (
    COLOURS,
    MARKERS,
    new_figure,
    plain_log_axis,
    quiet_axes,
    save_figure,
    whole_number_axis,
)
from st_keras.plots.finite_array import check_finite_array
from st_keras.validation import error


def learning_curves(path, steps, losses, y_label="validation loss", title=None):
    """Write one curve per method, the mean over its seeds, and each seed as a pale line.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        steps: array (reports,): the batches seen at each report.
        losses: dict, method -> array (seeds, reports) of finite numbers.
        y_label: str. Default "validation loss".
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for no methods, shapes that do not fit `steps`, NaN. Nothing is written then.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import learning_curves
    >>> losses = {"PredRNN": [[3.0, 2.0], [3.2, 2.1]], "ConvLSTM": [[3.1, 2.6], [3.0, 2.5]]}
    >>> learning_curves(tempfile.mkdtemp() + "/curves.png", [100, 200], losses).name
    'curves.png'
    """
    where = "learning_curves"
    steps = check_finite_array(where, "steps", steps, ("reports",))
    if not isinstance(losses, dict) or not losses:
        raise error(
            where,
            f"losses of type {type(losses).__name__} without methods",
            "a dict of methods, each with an array (seeds, reports)",
            "Pass {'PredRNN': [[3.0, 2.0], [3.2, 2.1]]}.",
        )
    curves = {}
    for name, values in losses.items():
        curves[name] = check_finite_array(where, f"losses[{name!r}]", values, ("seeds", "reports"))
        if curves[name].shape[1] != len(steps):
            raise error(
                where,
                f"losses[{name!r}] of shape {curves[name].shape} for {len(steps)} steps",
                "one loss per entry of steps",
                "Cut both to the reports that every seed has.",
            )
    figure = new_figure(7.0, 4.6)
    axes = figure.add_subplot()
    quiet_axes(axes)
    for i, (name, values) in enumerate(curves.items()):
        colour, marker = COLOURS[i % len(COLOURS)], MARKERS[i % len(MARKERS)]
        for seed in values:
            axes.plot(steps, seed, color=colour, alpha=0.3, linewidth=1)
        axes.plot(steps, values.mean(0), color=colour, marker=marker, markersize=4, label=name)
    everything = np.concatenate([values.ravel() for values in curves.values()])
    if everything.min() > 0 and everything.max() >= 3 * everything.min():
        axes.set_yscale("log")
        plain_log_axis(axes.yaxis, everything.min(), everything.max())
    axes.set_xlabel("batches")
    axes.set_ylabel(y_label)
    whole_number_axis(axes.xaxis, steps[0], steps[-1])
    figure.legend(
        loc="outside lower center",
        ncols=4,
        frameon=False,
        title="mean over seeds; pale: each seed",
        title_fontsize=9,
    )
    if title:
        axes.set_title(title)
    return save_figure(where, path, figure)
