"""Sequences as points in the plane, with a colour and a marker for each mode."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, MARKERS, new_figure, save_figure
from st_keras.plots.finite_array import check_finite_array
from st_keras.validation import error

SIDE_INCHES = 4.6
MARGIN = 0.05  # around the points, as a share of their range
MOST_LARGE = 200  # points that are drawn large
PARTS = 10


def mode_embedding(path, embedding, labels, names=None, title=None):
    """Write a scatter plot of an embedding of sequences, such as t-SNE of a model's memory.

    Clusters of one colour: the model keeps the modes apart. Colours mixed: it does not. The axes
    have the same scale and no ticks, for the values of an embedding mean nothing. The legend counts
    the sequences of each mode.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        embedding: array (N, 2), one row per sequence, such as that of
            `st_keras.metrics.modes.tsne_embedding`.
        labels: array (N,) of int or str, the mode of each sequence.
        names: list of str or None. names[k] is the mode of label k; modes without a sequence are
            left out of the legend, but keep their colour. Default None: the labels themselves, int
            ones as "mode 0", "mode 1", ...
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for wrong shapes, NaN, labels that are no int or str, or a label without a name.
            Nothing is written then.

    Example:
    >>> import tempfile
    >>> from st_keras.plots.mode_embedding import mode_embedding
    >>> path = tempfile.mkdtemp() + "/modes.png"
    >>> mode_embedding(path, [[0.0, 1.0], [5.0, 4.0]], [0, 1], ["one_digit", "two_digits"]).name
    'modes.png'
    """
    where = "mode_embedding"
    embedding = check_finite_array(where, "embedding", embedding, ("N", "2"))
    if embedding.shape[1] != 2:
        raise error(
            where,
            f"embedding of shape {embedding.shape}",
            "(N, 2), places in the plane",
            "Embed features with st_keras.metrics.modes.tsne_embedding first.",
        )
    index, names = _check_labels(where, labels, len(embedding), names)
    counts = np.bincount(index, minlength=len(names))
    present = np.flatnonzero(counts)
    # A letter takes about 0.09 inch, marker and gaps 0.5 inch.
    letters = max(len(f"{names[k]} ({counts[k]})") for k in present)
    ncols = min(len(present), max(1, int(SIDE_INCHES / (0.5 + 0.09 * letters))))
    legend_inches = 0.2 * -(-len(present) // ncols) + 0.15
    figure = new_figure(SIDE_INCHES, SIDE_INCHES + legend_inches + (0.3 if title else 0.0))
    axes = figure.add_subplot()
    size = 30 if len(index) <= MOST_LARGE else 14
    # A part of each mode in turn, so that the last mode does not cover the others.
    for part in range(PARTS):
        for k in present:
            x, y = embedding[index == k][part::PARTS].T
            colour, marker = _style(k)
            style = {"color": colour, "marker": marker, "edgecolors": "white"}
            axes.scatter(x, y, size, **style, alpha=0.8, linewidths=0.4)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(MARGIN)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_color("0.8")
    _legend(figure, [(k, f"{names[k]} ({counts[k]})") for k in present], ncols)
    if title:
        axes.set_title(title, fontsize=12)
    return save_figure(where, path, figure)


def _style(mode):
    """Return colour and marker of a mode: 49 different pairs."""
    marker = mode + mode // len(COLOURS)
    return COLOURS[mode % len(COLOURS)], MARKERS[marker % len(MARKERS)]


def _legend(figure, entries, ncols):
    from matplotlib.lines import Line2D

    handles = []
    for mode, label in entries:
        colour, marker = _style(mode)
        handles.append(Line2D([], [], color=colour, marker=marker, linestyle="", label=label))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=ncols,
        frameon=False,
        handletextpad=0.2,
        columnspacing=1.2,
    )


def _check_labels(where, labels, count, names):
    """Return the mode (N,) of each sequence and the names of the modes, or raise `ValueError`."""
    try:
        array = np.asarray(labels)
    except ValueError:  # rows of unequal length
        array = np.zeros((), object)
    if array.dtype.kind not in "iuU" or array.shape != (count,):
        raise error(
            where,
            f"labels of type {type(labels).__name__}, shape {array.shape}, dtype {array.dtype}, "
            f"for {count} places",
            f"({count},), one int or str per sequence",
            "Pass the mode of each row of the embedding; cast floats with labels.astype(int).",
        )
    if names is None:
        values, index = np.unique(array, return_inverse=True)
        return index, [v if isinstance(v, str) else f"mode {v}" for v in values.tolist()]
    names = [names] if isinstance(names, str) else [str(name) for name in names]
    if array.dtype.kind == "U" or array.min() < 0 or array.max() >= len(names):
        raise error(
            where,
            f"{len(names)} names {names!r:.80} for the labels {np.unique(array).tolist()!r:.80}",
            "int labels from 0 to the number of names less 1",
            "Pass the modes of the dataset that gave the labels, or leave names out.",
        )
    return array.astype("int64"), names
