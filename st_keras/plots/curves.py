"""Curves of a training run and of scores against lead time."""

import numpy as np

from st_keras.metrics.scores_by_name import facts_of
from st_keras.metrics.shown_scores import name_of, shown_scores
from st_keras.plots.figure_file import (
    COLOURS,
    MARKERS,
    new_figure,
    plain_log_axis,
    quiet_axes,
    save_figure,
    whole_number_axis,
)
from st_keras.validation import error


def training_curve(path, history, log_scale=True, x_label="epoch", title=None):
    """Write the curves of `loss` and `val_loss`, with the best validation loss marked.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        history: dict, name -> list of numbers, one per epoch or step: `History.history` of Keras.
            "loss" is needed, "val_loss" is drawn if there; with `validation_freq=k` it has one
            value per k epochs. "epoch" or "step", if there, gives the places on the x axis.
        log_scale: bool. Logarithmic y axis. A loss that is not positive everywhere, or changes by
            less than a factor of 3, gets a linear one. Default True.
        x_label: str. Default "epoch".
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there is no finite loss, or the lengths do not fit each other.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import training_curve
    >>> history = {"loss": [3.0, 1.0, 0.5], "val_loss": [3.5, 1.5, 1.2]}
    >>> training_curve(tempfile.mkdtemp() + "/training.png", history).name
    'training.png'
    """
    where = "training_curve"
    curves, places = _training_curves(where, history)
    figure = new_figure(7.0, 4.2)
    axes = figure.add_subplot()
    quiet_axes(axes)
    finite = np.concatenate([y[np.isfinite(y)] for y in curves.values()])
    if log_scale and finite.max() >= 3 * finite.min() > 0:
        axes.set_yscale("log")
        plain_log_axis(axes.yaxis, finite.min(), finite.max())
    names = {"loss": "training", "val_loss": "validation"}
    for (name, y), colour, marker in zip(curves.items(), COLOURS, MARKERS, strict=False):
        marker = marker if len(y) <= 60 else None
        axes.plot(places[name], y, color=colour, marker=marker, markersize=4, label=names[name])
    if "val_loss" in curves and np.isfinite(curves["val_loss"]).any():
        best = int(np.nanargmin(curves["val_loss"]))
        x, y = places["val_loss"][best], curves["val_loss"][best]
        label = f"best validation: {y:.4g} at {x_label} {x:g}"
        axes.plot([x], [y], "*", color="black", markersize=13, label=label, zorder=5)
    axes.set_xlabel(x_label)
    axes.set_ylabel("loss")
    whole_number_axis(axes.xaxis, places["loss"][0], places["loss"][-1])
    axes.legend(frameon=False)
    if title:
        axes.set_title(title)
    return save_figure(where, path, figure)


def lead_time_curves(path, scores, title=None):
    """Write one panel per score and in it one line per method, against lead time.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        scores: dict, method name -> dict, score name -> array (horizon,): the result of
            `st_keras.metrics.video.score_forecasts` of each method. Where the mean PSNR is infinite
            because frames are equal, the PSNR of the mean squared error is drawn instead; values
            that are infinite all the same leave a gap.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there are no scores, or one is not a one-dimensional array.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import lead_time_curves
    >>> scores = {"PredRNN": {"mse": [40.0, 52.0]}, "persistence": {"mse": [90.0, 170.0]}}
    >>> lead_time_curves(tempfile.mkdtemp() + "/scores.png", scores).name
    'scores.png'
    """
    where = "lead_time_curves"
    scores = shown_scores(scores)
    names = list(dict.fromkeys(name for method in scores.values() for name in method))
    if not names:
        raise error(
            where,
            "no scores",
            "a dict of methods, each with a dict of scores",
            "Pass {'model': score_forecasts(...), 'persistence': score_forecasts(...)}.",
        )
    longest = max(np.size(values) for method in scores.values() for values in method.values())
    columns = min(len(names), 2)
    rows = -(-len(names) // columns)
    figure = new_figure(4.6 * columns, 3.1 * rows + 0.5 + (0.3 if title else 0.0))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for name, axes in zip(names, panels, strict=False):
        quiet_axes(axes)
        for i, (method, values) in enumerate(scores.items()):
            if name in values:
                y = _one_dimensional(where, f"scores[{method!r}][{name!r}]", values[name])
                axes.plot(
                    np.arange(1, len(y) + 1),
                    np.where(np.isfinite(y), y, np.nan),
                    color=COLOURS[i % len(COLOURS)],
                    marker=MARKERS[i % len(MARKERS)],
                    markersize=4,
                    label=method,
                )
        axes.set_title(panel_title(name), fontsize=11, loc="left")
        axes.set_xlabel("lead time (frames)")
        whole_number_axis(axes.xaxis, 1, longest)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    lines = {line.get_label(): line for axes in panels for line in axes.get_lines()}
    # A letter takes about 0.09 inch, line and gaps 0.8 inch.
    ncols = max(1, int(4.6 * columns / (0.8 + 0.09 * max(map(len, lines)))))
    figure.legend(lines.values(), lines, loc="outside lower center", ncols=ncols, frameon=False)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def panel_title(score):
    """Return the title of the panel of a score: its name, its unit, and which values are better."""
    facts = facts_of(score)
    unit = f" ({facts.unit})" if facts.unit else ""
    better = f"  ({facts.better} is better)" if facts.better else ""
    return name_of(score) + unit + better


def _training_curves(where, history):
    """Return the curves of the losses and where their values stand on the x axis."""
    if "loss" not in history:
        raise error(
            where,
            f"a history with the keys {sorted(history)}",
            "a key 'loss'",
            "Pass the .history of what model.fit returned.",
        )
    curves = {
        name: _one_dimensional(where, f"history[{name!r}]", history[name])
        for name in ("loss", "val_loss")
        if len(history.get(name, ()))
    }
    if not np.isfinite(curves.get("loss", np.nan)).any():
        raise error(
            where,
            "history['loss'] without a finite number",
            "at least one finite loss",
            "Train for an epoch; if the loss is NaN, lower the learning rate.",
        )
    length = len(curves["loss"])
    x = next((history[key] for key in ("epoch", "step") if key in history), None)
    x = np.arange(1, length + 1) if x is None else _one_dimensional(where, "the x axis", x)
    places = {}
    for name, y in curves.items():
        if len(x) != length or length % len(y):
            raise error(
                where,
                f"{len(y)} values of {name!r} and {len(x)} places for {length} losses",
                "one value per epoch, or one per k epochs",
                "Pass the lists of one run, unshortened.",
            )
        every = length // len(y)
        places[name] = x[every - 1 :: every]
    return curves, places


def _one_dimensional(where, name, values):
    values = np.asarray(values, float)
    if values.ndim != 1 or not len(values):
        raise error(
            where,
            f"{name} of shape {values.shape}",
            "a list or an array of one axis, not empty",
            "Pass one number per step.",
        )
    return values
