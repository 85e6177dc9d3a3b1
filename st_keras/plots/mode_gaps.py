"""What training on the mixture of modes costs each model in each mode, with intervals."""

from st_keras.plots.figure_file import COLOURS, MARKERS, new_figure, quiet_axes, save_figure
from st_keras.plots.finite_array import check_finite_array
from st_keras.plots.seed_intervals import LETTER_INCHES, draw_seeds, seed_legend
from st_keras.validation import check_number, error

MODEL_INCHES, GROUP_GAP = 0.38, 0.5  # of a model within a mode; between modes, in models
SMALLEST_WIDTH = 4.5
DOTS, MEAN = (-0.3, 0.1), 0.18  # where a model's dots and its mean stand, relative to its place
SMALLEST_RANGE = 0.05  # of the axis: equal errors must not look like a difference


def mode_gaps(path, gaps, confidence=0.95, title=None):
    """Write the relative excess error of training on the mixture, per mode and model.

    A group of models per mode; every seed is a pale dot, the mean over seeds a full marker with its
    interval (Student's t; none for one seed). The line at 0 is where training on the mixture is as
    good as training on the mode alone; above it the mixture hurts.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        gaps: dict, model name -> dict, mode name -> sequence of numbers, one gap per seed; 0.1 is
            drawn as 10 %. The `per_seed` of `st_keras.metrics.modes.collapse_gap` of each model;
            its `mean_per_seed` may stand there as one more mode. A model may lack a mode.
        confidence: float in [0.5, 0.999]. Default 0.95.
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: if there are no gaps, or some are empty, NaN or not a list of numbers. Nothing
            is written then.

    Example:
    >>> import tempfile
    >>> from st_keras.plots.mode_gaps import mode_gaps
    >>> gaps = {"PredRNN": {"walk": [0.2, 0.3]}, "ModeRNN": {"walk": [-0.1, 0.05]}}
    >>> mode_gaps(tempfile.mkdtemp() + "/gaps.png", gaps).name
    'gaps.png'
    """
    from matplotlib.ticker import FuncFormatter

    where = "mode_gaps"
    gaps = _check_gaps(where, gaps)
    check_number(where, "confidence", confidence, 0.5, 0.999)
    modes = list(dict.fromkeys(mode for model in gaps.values() for mode in model))
    group = len(gaps) + GROUP_GAP
    widest = max(map(len, modes)) * LETTER_INCHES + 0.15  # inches of a mode's name
    place_inches = max(MODEL_INCHES, widest / group, (SMALLEST_WIDTH - 1.2) / (group * len(modes)))
    figure = new_figure(place_inches * group * len(modes) + 1.2, 3.6 + (0.3 if title else 0.0))
    axes = figure.add_subplot()
    quiet_axes(axes)
    axes.grid(False, axis="x")
    reach = [0.0]
    for i, values in enumerate(gaps.values()):
        for k, mode in enumerate(modes):
            if mode in values:
                reach += _draw(axes, k * group + i, i, values[mode], confidence)
    low, high = min(reach), max(reach)
    margin = max(0.08 * (high - low), SMALLEST_RANGE / 2)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(-0.5 - GROUP_GAP / 2, len(modes) * group - 0.5 - GROUP_GAP / 2)
    axes.set_xticks([k * group + (len(gaps) - 1) / 2 for k in range(len(modes))], modes)
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)
    for k in range(1, len(modes)):
        axes.axvline(k * group - (1 + GROUP_GAP) / 2, color="0.9", linewidth=0.8, zorder=0)
    axes.axhline(0, color="0.15", linewidth=1.2, zorder=1)
    # Beside the line, not on it: there the intervals stand.
    axes.annotate(
        "mixture\n= single",
        (1, 0),
        (4, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=9,
    )
    axes.yaxis.set_major_formatter(FuncFormatter(_percent))
    axes.set_ylabel("excess error of training\non the mixture")
    seed_legend(figure, list(gaps), [_style(i) for i in range(len(gaps))], confidence)
    if title:
        figure.suptitle(title)
    return save_figure(where, path, figure)


def _draw(axes, place, model, values, confidence):
    """Draw dots, mean and interval; return the values that the axis must reach."""
    dots = place + DOTS[0], place + DOTS[1]
    style = _style(model)
    mean, half = draw_seeds(axes, dots, place + MEAN, values, style, confidence, capsize=3.5)
    half = half or 0.0
    return [values.min(), values.max(), mean - half, mean + half]


def _style(model):
    """Return colour and marker of a model: 49 different pairs."""
    marker = model + model // len(COLOURS)
    return COLOURS[model % len(COLOURS)], MARKERS[marker % len(MARKERS)]


def _percent(value, _):
    """Return +10 %, 0 % or -2.5 %, with a true minus sign."""
    percent = round(100 * value, 6)
    sign = "+" if percent > 0 else "\N{MINUS SIGN}" if percent < 0 else ""
    return f"{sign}{abs(percent):g} %"


def _check_gaps(where, gaps):
    """Return the gaps with arrays as values, or raise `ValueError`."""
    models = list(gaps.values()) if isinstance(gaps, dict) else []
    if not models or not all(isinstance(m, dict) for m in models) or not any(models):
        raise error(
            where,
            f"gaps of type {type(gaps).__name__} without gaps of any model",
            "a dict of models, each with a dict of modes",
            "Pass {'ModeRNN': collapse_gap(mixture_errors, single_errors).per_seed}.",
        )
    return {
        str(model): {
            str(mode): check_finite_array(where, f"gaps[{model!r}][{mode!r}]", v, ("seeds",))
            for mode, v in values.items()
        }
        for model, values in gaps.items()
    }
