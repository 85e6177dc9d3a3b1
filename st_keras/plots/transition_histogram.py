"""How sparse transitions are: histograms of changes, with the densities that fit them best."""

import numpy as np

from st_keras.plots.density_fits import (
    excess_kurtosis,
    fit_generalized_normal,
    fit_laplace,
    fit_normal,
    generalized_normal_density,
    normal_density,
)
from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure
from st_keras.plots.finite_array import check_finite_array, check_names
from st_keras.validation import check_int, error

PANELS_PER_ROW = 3
HEADROOM = 0.55  # room for the legend, in heights of what is drawn


def transition_histogram(path, transitions, names=None, bins=61, title=None):
    """Write one panel per column: the density of its changes on a log scale, with three fits.

    The fits are those of maximum likelihood: normal; Laplace, about the median; generalised normal
    of free power, about the median too (left out where the likelihood has no maximum for a power of
    0.2 to 10). The legend gives their parameters, the panel's title the excess kurtosis (normal 0,
    Laplace 3). Changes of exactly zero count as all others in histogram, fits and kurtosis; where
    they are at least 1 %, the panel's title gives their share. A column that never changes has
    an empty panel that says so.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        transitions: array (N, D), N >= 2. Differences of factors or codes between neighbouring
            frames, in their own units.
        names: list of str, one per column. Default None: z0, z1, ...
        bins: int of at least 3, of equal width in each panel: one about the median, and as many as
            it takes to reach the largest change. Fewer for a column of whole numbers if each
            bin could not hold equally many of them. Default 61.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, fewer than two rows, NaN, or names that do not fit. Nothing
            is written then.

    Example:
    >>> import tempfile
    >>> import numpy as np
    >>> from st_keras.plots import transition_histogram
    >>> transitions = np.random.default_rng(0).laplace(0.0, [1.0, 5.0], (1000, 2))
    >>> path = tempfile.mkdtemp() + "/transitions.png"
    >>> transition_histogram(path, transitions, ["center_x", "area"]).name
    'transitions.png'

    References: Klindt et al., ICLR 2021, arXiv 2007.10930, who compare these fits on the changes of
    object masks in natural video.
    """
    where = "transition_histogram"
    transitions = check_finite_array(where, "transitions", transitions, ("N", "D"))
    if len(transitions) < 2:
        raise error(
            where,
            f"transitions of shape {transitions.shape}, one row",
            "at least two rows",
            "Pass the differences of many pairs, such as codes[:, 1] - codes[:, 0].",
        )
    names = check_names(where, "names", names, transitions.shape[1])
    check_int(where, "bins", bins, 3)
    columns = min(len(names), PANELS_PER_ROW)
    rows = -(-len(names) // columns)
    figure = new_figure(3.2 * columns, 3.1 * rows + (0.3 if title else 0.0))
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for name, x, axes in zip(names, transitions.T, panels, strict=False):
        _panel(axes, name, x, bins)
    for axes in panels[::columns]:
        axes.set_ylabel("density")
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def _panel(axes, name, x, bins):
    axes.set_xlabel(f"change of {name}")
    if x.min() == x.max():
        axes.set_axis_off()
        text = "never changes" if x[0] == 0 else f"always changes by {x[0]:.3g}"
        axes.text(0.5, 0.5, f"{name}\n{text}", ha="center", va="center")
        return
    quiet_axes(axes)
    edges = _bin_edges(x, bins)
    counts, _ = np.histogram(x, edges)
    one = 1 / (len(x) * (edges[1] - edges[0]))  # the density of a bin that holds one value
    low = one / 3
    axes.stairs(counts * one, edges, fill=True, color="0.75", baseline=low)
    grid = np.linspace(edges[0], edges[-1], 1001)
    highest = counts.max() * one
    for label, density, colour, style in _fits(x):
        y = density(grid)
        # Small powers have a needle at the median, which would press the rest down.
        highest = max(highest, min(y.max(), 10 * counts.max() * one))
        axes.plot(grid, y, color=colour, linestyle=style, linewidth=1.6, label=label)
    axes.set_yscale("log")
    axes.set_ylim(low, highest * (highest / low) ** HEADROOM)
    axes.set_xlim(edges[0], edges[-1])
    axes.locator_params(axis="x", nbins=4)
    axes.legend(fontsize=9, loc="upper center", handlelength=1.6, framealpha=0.9, edgecolor="white")
    zeros = np.mean(x == 0)
    share = f", {100 * zeros:.0f} % zeros" if zeros >= 0.01 else ""
    kurtosis = round(excess_kurtosis(x), 1) + 0.0  # no "-0.0"
    axes.set_title(f"excess kurtosis {kurtosis:.1f}{share}", fontsize=10)


def _fits(x):
    """Return label, density, colour and line style of each fit."""
    mean, std = fit_normal(x)
    location, rate = fit_laplace(x)
    fits = [
        (f"normal, std {std:.3g}", lambda t: normal_density(t, mean, std), COLOURS[2], ":"),
        (
            f"Laplace, rate {rate:.3g}",
            lambda t: generalized_normal_density(t, location, rate),
            COLOURS[0],
            "--",
        ),
    ]
    free = fit_generalized_normal(x)
    if free is not None:
        label = f"gen. normal, power {free[2]:.2f}"
        fits.append((label, lambda t: generalized_normal_density(t, *free), COLOURS[1], "-"))
    return fits


def _bin_edges(x, bins):
    """Return edges of equal bins, one about the median, that reach over all of `x`."""
    middle = np.median(x)
    # A little wider, so that rounding leaves the outermost value inside.
    width = 2 * np.abs(x - middle).max() / bins * (1 + 1e-9)
    if (x == np.rint(x)).all():
        # A bin 1.5 wide would hold one and two whole numbers in turn, and look like a comb.
        width = np.ceil(width)
        middle = np.rint(middle) + (0.0 if width % 2 else 0.5)
    beside = int(np.ceil(np.abs(x - middle).max() / width - 0.5))
    return middle + width * (np.arange(-beside, beside + 2) - 0.5)
