"""One picture of one forecast: what was seen, what came, and what each method said."""

import numpy as np

from st_keras.plots.figure_file import new_figure, save_figure
from st_keras.plots.sequence_images import (
    MISSING,
    check_colours,
    check_sequences,
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

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, range, colormap or file ending. Nothing is written then.

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
    colours = check_colours(where, vmin, vmax, cmap)
    check_int(where, "max_columns", max_columns, 4)
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
    canvas = np.full((top[-1] + height, left[-1] + width, 3), 255, np.uint8)
    for y, (past, future) in zip(top, rows.values(), strict=True):
        for frames, steps, offset in ((past, seen, 0), (future, ahead, len(seen))):
            if frames is not None:
                images = colour_frames(frames[steps, ::step, ::step], vmin, vmax, colours, stripe)
                for i, image in enumerate(images):
                    x = left[offset + i]
                    canvas[y : y + height, x : x + width] = image

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
    if holds_missing(context, truth, *forecasts.values()):
        axes.set_xlabel(MISSING, loc="left")
    if title:
        axes.set_title(title, fontsize=12, pad=10)
    if units is not None and context.shape[-1] == 1:
        _colour_bar(figure, colours, vmin, vmax, units)
    return save_figure(where, path, figure, crop="tight")


def _chosen_steps(seen, ahead, most):
    """Return indices of the context and forecast frames that are shown, at most `most` together."""
    ahead_share = max(2, round(most * ahead / (seen + ahead)), most - seen)
    ahead_share = min(ahead, ahead_share, most - 1)
    seen_share = min(seen, most - ahead_share)
    # From the last frame backwards, so that step 0 is always there.
    past = seen - 1 - np.linspace(0, seen - 1, seen_share).round().astype(int)[::-1]
    return past, np.linspace(0, ahead - 1, ahead_share).round().astype(int)


def _colour_bar(figure, colours, vmin, vmax, units):
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    width = 0.12 / figure.get_figwidth()
    bar = figure.add_axes((1 + width, 0, width, 1))
    figure.colorbar(ScalarMappable(Normalize(vmin, vmax), colours), cax=bar, label=units)
