"""Where the truth stands among the members of ensembles."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure
from st_keras.plots.finite_array import check_finite_array
from st_keras.validation import error


def rank_histograms(path, counts, title=None):
    """Write a panel per ensemble: how often the truth has each rank, and the line of a flat one.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        counts: dict, label -> array (M + 1,), or (T, M + 1) of which the sum over lead times is
            drawn: what `st_keras.metrics.radar.rank_histogram` returns.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there are no counts, or they are negative, all 0, or of another form.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import rank_histograms
    >>> rank_histograms(tempfile.mkdtemp() + "/ranks.png", {"ensemble": [30, 12, 9, 14, 28]}).name
    'ranks.png'
    """
    where = "rank_histograms"
    counts = {str(label): _check_counts(where, label, of) for label, of in dict(counts).items()}
    if not counts:
        raise error(
            where,
            "no counts",
            "a dict of ensembles, each with counts (M + 1,)",
            "Pass {'model': rank_histogram(y_true, members)}.",
        )
    columns = min(len(counts), 3)
    rows = -(-len(counts) // columns)
    figure = new_figure(3.4 * columns + 0.4, 2.5 * rows + (0.4 if title else 0.0))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for i, ((label, of), axes) in enumerate(zip(counts.items(), panels, strict=False)):
        quiet_axes(axes)
        axes.grid(False, axis="x")
        axes.bar(range(len(of)), of / of.sum(), width=0.9, color=COLOURS[i % len(COLOURS)])
        axes.axhline(1 / len(of), color="black", linewidth=1, linestyle="--")
        every = max(1, len(of) // 10)
        axes.set_xticks(range(0, len(of), every))
        axes.set_title(label, fontsize=10, loc="left")
        axes.set_xlabel("members below the truth")
        axes.set_ylabel("share of values")
    for axes in panels[len(counts) :]:
        axes.set_visible(False)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def _check_counts(where, label, counts):
    counts = np.asarray(counts)
    name = f"counts[{label!r}]"
    axes = ("T", "M + 1") if counts.ndim == 2 else ("M + 1",)
    counts = check_finite_array(where, name, counts, axes)
    counts = counts.sum(axis=0) if counts.ndim == 2 else counts
    if (counts < 0).any() or not counts.any():
        raise error(
            where,
            f"{name} from {counts.min():g} to {counts.max():g}",
            "counts, not all of which are 0",
            "Check which values were counted: `least` may leave out all of them.",
        )
    return counts
