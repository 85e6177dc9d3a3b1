"""Whether probabilities mean what they say: how often an event came when it was said to."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, MARKERS, new_figure, quiet_axes, save_figure
from st_keras.validation import error

_KEYS = ("probability", "frequency", "cases")


def reliability_diagram(path, reliability, title=None):
    """Write observed frequency against forecast probability, and below how often each was said.

    On the diagonal an event that is said to have the probability p comes in a share p of the cases;
    a flatter curve is too sure of itself.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        reliability: dict, label -> dict of arrays (n,), "probability", "frequency" and "cases":
            what `ProbabilityTable.reliability()` returns, at one lead time and threshold. NaN,
            where nothing was said, is left out.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there is nothing to draw, or arrays that differ.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import reliability_diagram
    >>> curve = {"probability": [0.1, 0.5, 0.9], "frequency": [0.2, 0.5, 0.7], "cases": [90, 20, 9]}
    >>> reliability_diagram(tempfile.mkdtemp() + "/r.png", {"1 mm/h": curve}).name
    'r.png'
    """
    where = "reliability_diagram"
    curves = _check_curves(where, reliability)
    figure = new_figure(4.6, 5.6 + (0.3 if title else 0.0))
    axes, counts = figure.subplots(2, 1, height_ratios=(3.4, 1))
    quiet_axes(axes)
    quiet_axes(counts)
    axes.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--", label="reliable")
    width = 0.8 / max(len(of["cases"]) for of in curves.values()) / len(curves)
    for i, (label, of) in enumerate(curves.items()):
        said = of["cases"] > 0
        style = {"color": COLOURS[i % len(COLOURS)], "label": str(label)}
        marker = MARKERS[i % len(MARKERS)]
        axes.plot(of["probability"][said], of["frequency"][said], marker=marker, **style)
        place = of["probability"][said] + (i - (len(curves) - 1) / 2) * width
        counts.bar(place, of["cases"][said], width=width, color=style["color"])
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    counts.set_xlim(-0.02 - width * len(curves), 1.02 + width * len(curves))
    counts.set_yscale("log")
    axes.set_ylabel("observed frequency")
    axes.set_xlabel("forecast probability")
    counts.set_ylabel("cases")
    counts.set_xlabel("forecast probability")
    axes.legend(frameon=False, loc="upper left")
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def _check_curves(where, reliability):
    curves = {}
    for label, of in dict(reliability).items():
        missing = [key for key in _KEYS if key not in of]
        arrays = {key: np.asarray(of[key], float) for key in _KEYS if key in of}
        shapes = {key: values.shape for key, values in arrays.items()}
        if missing or len(set(shapes.values())) > 1 or len(shapes["cases"]) != 1:
            raise error(
                where,
                f"{label!r} with {shapes}",
                "arrays (n,) of 'probability', 'frequency' and 'cases'",
                "Pass one lead time and threshold: {k: v[lead, 0] for k, v in "
                "table.reliability(bins=10).items()}.",
            )
        curves[label] = arrays
    if not curves or not any((of["cases"] > 0).any() for of in curves.values()):
        raise error(
            where,
            "no probability that was said",
            "a dict of curves, one of which has cases",
            "Check how the cases were selected.",
        )
    return curves
