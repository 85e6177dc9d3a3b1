"""What pictures of several seeds share: pale dots, their mean with its interval, the legend."""

import math

import numpy as np

LETTER_INCHES = 0.09  # about what a letter of a legend or heading takes
LINE_INCHES = 0.8  # of a legend entry: line and gaps


def mean_interval(values, confidence=0.95):
    """Return the mean of `values` (N,) and the half width of its t interval, None for N = 1.

    Example:
    >>> from st_keras.plots.seed_intervals import mean_interval
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


def draw_seeds(axes, dots, mean_place, values, style, confidence, capsize):
    """Draw every seed as a pale dot, and the mean with its interval beside them.

    Args:
        axes: Matplotlib axes.
        dots: (first, last) place on the x axis that the dots lie between.
        mean_place: float, place of the mean.
        values: array (seeds,).
        style: (colour, marker).
        confidence: float.
        capsize: float, points.

    Returns:
        `(mean, half width or None)`.
    """
    colour, marker = style
    mean, half = mean_interval(values, confidence)
    spread = np.linspace(*dots, len(values) + 2)[1:-1]
    axes.plot(spread, values, marker, color=colour, markersize=4, alpha=0.5, markeredgewidth=0)
    axes.errorbar(
        mean_place,
        mean,
        half,
        color=colour,
        marker=marker,
        markersize=6.5,
        linewidth=1.5,
        capsize=capsize,
        capthick=1.5,
    )
    return mean, half


def seed_legend(figure, names, styles, confidence):
    """Put the legend below the figure, in as many columns as fit, and say what is drawn.

    Args:
        figure: Matplotlib figure.
        names: list of str.
        styles: list of (colour, marker), one per name.
        confidence: float.
    """
    from matplotlib.lines import Line2D

    entries = [Line2D([], [], color=colour, marker=marker) for colour, marker in styles]
    inches = LINE_INCHES + LETTER_INCHES * max(map(len, names))
    figure.legend(
        entries,
        names,
        loc="outside lower center",
        ncols=max(1, int(figure.get_figwidth() / inches)),
        frameon=False,
        title=f"pale: seeds; full: their mean with its {100 * confidence:g} % interval",
        title_fontsize=9,
    )
