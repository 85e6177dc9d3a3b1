"""How far apart the two memories of a PredRNN-V2 are kept: similarity by step, and a map."""

import numpy as np

from st_keras.plots.figure_file import (
    COLOURS,
    MARKERS,
    new_figure,
    quiet_axes,
    save_figure,
    whole_number_axis,
)
from st_keras.plots.finite_array import check_finite_array
from st_keras.validation import error

SMALLEST_RANGE = 0.1  # of the similarity: what is nearly 0 must not look large
NAMES = ("written into c", "written into m")


def memory_decoupling(path, similarity, embedding, of_m, context_length=None, title=None):
    """Write two panels: how alike the increments of both memories are, and a map of them.

    The left one has a line for each layer, the right one a point for each increment: two clouds
    apart are memories that keep different things. The axes of a map mean nothing.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        similarity: array (T, L), in [0, 1]: at each step, for each layer; 0 is decoupled.
        embedding: array (N, 2), such as that of `st_keras.metrics.modes.tsne_embedding`.
        of_m: bool array (N,), whether a point is of m, else of c.
        context_length: int, steps that see true frames; a line marks where forecasts begin.
            Default None: no line.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for arrays of other shapes, or NaN. Nothing is written then.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import memory_decoupling
    >>> path = tempfile.mkdtemp() + "/memories.png"
    >>> memory_decoupling(path, [[0.2], [0.1]], [[0, 0], [1, 2]], [False, True]).name
    'memories.png'
    """
    where = "memory_decoupling"
    similarity = check_finite_array(where, "similarity", similarity, ("T", "L"))
    embedding = check_finite_array(where, "embedding", embedding, ("N", "2"))
    of_m = np.asarray(of_m, bool)
    if embedding.shape[1] != 2 or of_m.shape != embedding.shape[:1]:
        raise error(
            where,
            f"embedding of shape {embedding.shape} with of_m of shape {of_m.shape}",
            "places (N, 2) and a flag (N,) for each",
            "Embed the increments with st_keras.metrics.modes.tsne_embedding.",
        )
    figure = new_figure(9.0, 4.2 + (0.3 if title else 0.0))
    lines, places = figure.subplots(1, 2)
    quiet_axes(lines)
    steps = np.arange(1, len(similarity) + 1)
    for layer, values in enumerate(similarity.T):
        style = {"color": COLOURS[layer % len(COLOURS)], "marker": MARKERS[layer % len(MARKERS)]}
        lines.plot(steps, values, markersize=4, label=f"layer {layer + 1}", **style)
    if context_length is not None and context_length < len(similarity):
        lines.axvline(context_length + 0.5, color="0.5", linewidth=1, linestyle="--")
        place = {"xycoords": ("data", "axes fraction"), "va": "top"}
        lines.annotate(" forecast", (context_length + 0.5, 0.99), color="0.35", **place)
    lines.set_ylim(0, min(1.0, max(SMALLEST_RANGE, 1.2 * similarity.max())))
    lines.set_xlabel("step")
    lines.set_ylabel("mean |cosine| of both increments")
    whole_number_axis(lines.xaxis, 1, len(similarity))
    lines.legend(frameon=False)
    for k, name in enumerate(NAMES):
        x, y = embedding[of_m == bool(k)].T
        style = {"color": COLOURS[k], "marker": MARKERS[k], "edgecolors": "white"}
        places.scatter(x, y, s=22, linewidths=0.4, label=name, **style)
    places.set_xticks([])
    places.set_yticks([])
    places.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=2)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)
