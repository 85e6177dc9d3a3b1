"""Matplotlib figures without pyplot: no global state, no display, the user's backend untouched."""

from st_keras.plots.atomic_file import write_atomically

SUFFIXES = (".png", ".pdf", ".svg")
# Okabe and Ito's colours: told apart by colour-blind readers and on paper.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = "osD^vPX"


def new_figure(width, height, layout="constrained"):
    """Return an empty `matplotlib.figure.Figure` of this size in inches, on an Agg canvas."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout=layout)
    FigureCanvasAgg(figure)
    return figure


def quiet_axes(axes):
    """Take away the box, keep faint grid lines."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(True, color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)


def whole_number_axis(axis, first, last):
    """Put ticks at whole numbers from `first` to `last`, also where there is only one."""
    axis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    if first == last:
        axis.axes.set_xlim(first - 1, last + 1)


def plain_log_axis(axis, low, high):
    """Label a logarithmic axis with 0.05, 3 and 200 instead of powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    plain = FuncFormatter(lambda value, _: f"{value:g}")
    axis.set_major_formatter(plain)
    axis.set_minor_locator(LogLocator(subs=(2, 3, 5)))
    # Over many decades the labels between the powers of ten would crowd.
    axis.set_minor_formatter(plain if high < 100 * low else NullFormatter())


def save_figure(where, path, figure, dpi=150, crop=None):
    """Write `figure` to `path` (.png, .pdf or .svg) in one step; return the path.

    With crop="tight" the picture takes in what stands outside the figure, such as labels.
    """
    options = {"dpi": dpi, "bbox_inches": crop, "pad_inches": 0.1}
    return write_atomically(where, path, SUFFIXES, lambda name: figure.savefig(name, **options))
