"""Scores of several methods and seeds: every seed as a dot, mean and confidence interval."""

from st_keras.plots.figure_file import COLOURS, MARKERS, new_figure, quiet_axes, save_figure
from st_keras.plots.finite_array import check_finite_array
from st_keras.plots.seed_intervals import LETTER_INCHES, draw_seeds, seed_legend
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
    panel = max(2.1, 0.45 * len(methods) + 0.7, LETTER_INCHES * max(map(len, names)) + 0.6)
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
                place = i + DOTS[0], i + DOTS[1]
                values = scores[method][name]
                draw_seeds(axes, place, i + MEAN, values, _style(i), confidence, capsize=4)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    seed_legend(figure, methods, [_style(i) for i in range(len(methods))], confidence)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def _style(method):
    return COLOURS[method % len(COLOURS)], MARKERS[method % len(MARKERS)]


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
