"""What an archive looks like: its last frame, its values, and its course in time."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, new_figure, quiet_axes, save_figure

_MISSING = "0.8"
_BINS = 60


def archive_picture(path, frame, seen, sample, largest, times=None, units=None, title=None):
    """Write a picture of an archive: last frame, histogram of values, largest value by frame.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        frame: array (H, W); NaN is missing, and grey.
        seen: bool (H, W), pixels that ever hold a value; others are hatched.
        sample: array (n,) of values.
        largest: array (T,), largest value of each frame, NaN where there is none.
        times: datetime64 (T,) of these frames. Default None: they are numbered.
        units: str of the values. Default None: not said.
        title: str. Default None.

    Returns:
        pathlib.Path of the file.

    Example:
    >>> import tempfile
    >>> from st_keras.plots import archive_picture
    >>> rain = np.random.default_rng(0).gamma(0.5, 2.0, (30, 16, 24))
    >>> archive_picture(
    ...     tempfile.mkdtemp() + "/rain.png", rain[-1], rain[0] >= 0, rain.ravel(),
    ...     rain.max(axis=(1, 2)), units="mm/h").name
    'rain.png'
    """
    figure = new_figure(11, 6.2)
    grid = figure.add_gridspec(2, 2, height_ratios=(2, 1))
    _draw_frame(figure.add_subplot(grid[0, 0]), np.asarray(frame), np.asarray(seen), units)
    _draw_values(figure.add_subplot(grid[0, 1]), np.asarray(sample), units)
    _draw_course(figure.add_subplot(grid[1, :]), np.asarray(largest), times, units)
    if title:
        figure.suptitle(title, fontsize=10)
    return save_figure("archive_picture", path, figure)


def _draw_frame(axes, frame, seen, units):
    from matplotlib import colormaps

    colours = colormaps["viridis"].with_extremes(bad=_MISSING)
    image = axes.imshow(np.ma.masked_invalid(frame), cmap=colours, interpolation="nearest")
    if not seen.all():
        axes.contourf(~seen, levels=[0.5, 1.5], colors="none", hatches=["////"])
    axes.figure.colorbar(image, ax=axes, label=units or "", shrink=0.85)
    axes.set_title("last frame; grey: missing, hatched: never there", fontsize=9)
    axes.set_xlabel("column")
    axes.set_ylabel("row")


def _draw_values(axes, sample, units):
    quiet_axes(axes)
    if sample.size:
        axes.hist(sample, bins=_BINS, color=COLOURS[0])
        axes.set_yscale("log")
    axes.set_title("values", fontsize=9)
    axes.set_xlabel(units or "value")
    axes.set_ylabel("how often")


def _draw_course(axes, largest, times, units):
    quiet_axes(axes)
    places = np.arange(len(largest)) if times is None else np.asarray(times)
    if times is not None and len(places) > 2:
        places, largest = _cut_at_gaps(places, largest)
    axes.plot(places, largest, ".-", color=COLOURS[1], markersize=3, linewidth=1)
    axes.set_title("largest value of each frame", fontsize=9)
    axes.set_xlabel("frame" if times is None else "time (UTC)")
    axes.set_ylabel(units or "value")


def _cut_at_gaps(times, largest):
    """Put NaN into gaps, so that no line crosses them."""
    steps = np.diff(times)
    at = (
        np.flatnonzero(
            steps
            > 1.5 * np.median(steps.astype("m8[ms]").astype("float64")) * np.timedelta64(1, "ms")
        )
        + 1
    )
    return np.insert(times, at, times[at]), np.insert(largest.astype("float64"), at, np.nan)
