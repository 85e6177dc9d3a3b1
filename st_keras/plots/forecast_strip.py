"""One picture of one forecast: what was seen, what came, and what each method said."""

import numpy as np

from st_keras.plots.figure_file import new_figure, save_figure
from st_keras.plots.picture_places import PicturePlaces
from st_keras.plots.radar_colours import RadarColours
from st_keras.plots.sequence_images import (
    MISSING,
    check_sequences,
    chosen_colours,
    colour_frames,
    holds_missing,
)
from st_keras.validation import check_int

LARGEST_SIDE = 320  # pixels; larger frames are thinned
COLUMN_INCHES = 0.85


def forecast_strip(
    path,
    context,
    truth,
    forecasts,
    vmin=0.0,
    vmax=1.0,
    title=None,
    cmap="gray",
    units=None,
    max_columns=20,
    colours=None,
    grid=None,
    extent=None,
    outlines=(),
):
    """Write a picture with a row of context and truth, and below it one row per forecast.

    Columns are time steps: -9 .. 0 for the context (0 is the last frame seen), then the lead times
    +1 .. +horizon. More steps than `max_columns` are thinned evenly; the last context frame, the
    first and the last lead time stay, and the labels tell which steps are shown. Missing pixels
    (NaN) are hatched in grey, and a line below says so.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        context: array (T, H, W) or (T, H, W, C) with C 1 or 3: ONE sequence, frames seen.
        truth: array (horizon, H, W[, C]) of the frames that came, or None if not known yet.
        forecasts: dict, name -> array (horizon, H, W[, C]), such as {"PredRNN-V2": ...,
            "persistence": ...}.
        vmin: float. Value shown as black (or the low end of `cmap`), user's units. Default 0.0.
        vmax: float. Value shown as white. Default 1.0; 255 for bytes.
        title: str or None. Default None.
        cmap: str. Matplotlib colormap for one channel. Default "gray"; "turbo" suits radar.
        units: str or None. With a text, such as "dBZ", a colour bar is drawn. Default None.
        max_columns: int of at least 4. Default 20.
        colours: "radar", the classes of rain or reflectivity that radars are shown in, with a
            scale, by `units` ("mm/h", "mm" or "dBZ"); "radar-safe", the same classes from light to
            dark, for readers who see no red or no green. Below the first class is white; `vmin`,
            `vmax` and `cmap` do not count then. Default None: `cmap`.
        grid: `Grid` of the frames, whose coordinates lines are drawn at; the line below says which.
            North is up then and east to the right, however the frames lie. Default None.
        extent: (left, right, bottom, top), the coordinates of the frame's edges, row 0 at the top,
            instead of `grid`. Default None.
        outlines: sequence of (x, y), arrays of the corners of lines to draw, such as coasts, in
            the coordinates of `grid` or `extent`. Default: none.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, range, colormap or file ending, units without classes, or
            coordinates that do not fit the frames. Nothing is written then.

    Example:
    >>> import tempfile
    >>> import numpy as np
    >>> from st_keras.plots import forecast_strip
    >>> frames = np.random.default_rng(0).random((8, 16, 16))
    >>> folder = tempfile.mkdtemp()
    >>> forecast_strip(f"{folder}/strip.png", frames[:4], frames[4:], {"copy": frames[4:]}).name
    'strip.png'
    """
    where = "forecast_strip"
    context, truth, forecasts = check_sequences(where, context, truth, forecasts)
    painted = chosen_colours(where, colours, units, context.shape[-1], vmin, vmax, cmap)
    check_int(where, "max_columns", max_columns, 4)
    places = PicturePlaces(where, context.shape[1:3], grid, extent, outlines)
    context, truth = places.oriented(context), places.oriented(truth)
    forecasts = {name: places.oriented(frames) for name, frames in forecasts.items()}
    horizon = len(next(iter(forecasts.values())))
    seen, ahead = _chosen_steps(len(context), horizon, max_columns)
    rows = {("seen" if truth is None else "truth"): (context, truth)}
    rows |= {name: (None, frames) for name, frames in forecasts.items()}

    step = max(1, max(context.shape[1:3]) // LARGEST_SIDE)
    height, width = context[0, ::step, ::step, 0].shape
    gap, middle = max(1, width // 24), max(2, width // 5)
    left = [i * (width + gap) for i in range(len(seen) + len(ahead))]
    left = [x + (middle - gap if i >= len(seen) else 0) for i, x in enumerate(left)]
    top = [i * (height + gap) for i in range(len(rows))]
    stripe = max(1, width // 24)
    corners = []
    canvas = np.full((top[-1] + height, left[-1] + width, 3), 255, np.uint8)
    for y, (past, future) in zip(top, rows.values(), strict=True):
        for frames, steps, offset in ((past, seen, 0), (future, ahead, len(seen))):
            if frames is not None:
                images = colour_frames(frames[steps, ::step, ::step], vmin, vmax, painted, stripe)
                for i, image in enumerate(images):
                    x = left[offset + i]
                    canvas[y : y + height, x : x + width] = image
                    corners.append((x, y))

    # The images fill the figure; labels stand outside and the file is cropped around them.
    inches = COLUMN_INCHES / (width + gap)
    figure = new_figure(canvas.shape[1] * inches, canvas.shape[0] * inches, layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(canvas, interpolation="nearest", aspect="auto")
    labels = [f"{k - len(context) + 1}" for k in seen] + [f"+{k + 1}" for k in ahead]
    axes.set_xticks([x + (width - 1) / 2 for x in left], labels)
    centres = [y + (height - 1) / 2 for y in top]
    axes.set_yticks(centres[:1], list(rows)[:1])
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    # The line between what was seen and what lies ahead; names of forecasts stand just before it.
    border = left[len(seen)] - middle / 2 - 0.5
    axes.axvline(border, color="#D55E00", linewidth=1.5)
    for y, name in zip(centres[1:], forecasts, strict=True):
        axes.text(border - 2 * gap, y, name, ha="right", va="center")
    framed = isinstance(painted, RadarColours)
    _draw_lines(axes, places, corners, (height, width), step, framed)
    missing = MISSING if holds_missing(context, truth, *forecasts.values()) else None
    notes = [note for note in (missing, places.caption if places.known else None) if note]
    if notes:
        axes.set_xlabel("   ".join(notes), loc="left")
    if title:
        axes.set_title(title, fontsize=12, pad=10)
    if units is not None and context.shape[-1] == 1:
        _colour_bar(figure, painted, vmin, vmax, units)
    return save_figure(where, path, figure, crop="tight")


def _chosen_steps(seen, ahead, most):
    """Return indices of the context and forecast frames that are shown, at most `most` together."""
    ahead_share = max(2, round(most * ahead / (seen + ahead)), most - seen)
    ahead_share = min(ahead, ahead_share, most - 1)
    seen_share = min(seen, most - ahead_share)
    # From the last frame backwards, so that step 0 is always there.
    past = seen - 1 - np.linspace(0, seen - 1, seen_share).round().astype(int)[::-1]
    return past, np.linspace(0, ahead - 1, ahead_share).round().astype(int)


def _draw_lines(axes, places, corners, size, step, framed):
    """Draw lines at round coordinates and outlines on each image, whose first pixel is a corner.

    With `framed` also its frame: what is dry is as white as the page.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle

    height, width = size
    right, bottom = width - 0.5, height - 0.5
    of_pixel = (step - 1) / 2  # of step x step pixels the middle is drawn
    columns, rows = (
        [(place - of_pixel) / step for place in places.lines(name)[0]] for name in ("x", "y")
    )
    lines = [np.array([(x, -0.5), (x, bottom)]) for x in columns]
    lines += [np.array([(-0.5, y), (right, y)]) for y in rows]
    coasts = [(outline - of_pixel) / step for outline in places.outlines]
    for corner in corners:
        place = np.subtract(corner, 0.5)
        frame = Rectangle(place, width, height, fill=False, edgecolor="0.45", linewidth=0.3)
        frame.set(clip_on=False, visible=framed)  # half of the last frame's line is outside
        axes.add_patch(frame)
        for parts, colour, thick in ((lines, "0.45", 0.3), (coasts, "black", 0.6)):
            if parts:
                moved = LineCollection(
                    [part + corner for part in parts], colors=colour, linewidths=thick
                )
                axes.add_collection(moved, autolim=False)
                moved.set_clip_path(frame)


def _colour_bar(figure, painted, vmin, vmax, units):
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    width = 0.12 / figure.get_figwidth()
    bar = figure.add_axes((1 + width, 0, width, 1))
    if isinstance(painted, RadarColours):
        cmap, norm = painted.scale()
        drawn = figure.colorbar(
            ScalarMappable(norm, cmap), cax=bar, label=units, spacing="uniform", ticks=painted.edges
        )
        # One row of images is lower than its labels at their usual size would be.
        room = 72 * figure.get_figheight() / len(painted.edges)
        drawn.ax.set_yticklabels(painted.labels, fontsize=min(10, 0.8 * room))
        drawn.ax.minorticks_off()
    else:
        figure.colorbar(ScalarMappable(Normalize(vmin, vmax), painted), cax=bar, label=units)
