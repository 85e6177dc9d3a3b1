"""A moving picture of one forecast beside the truth."""

import functools

from st_keras.plots.atomic_file import write_atomically
from st_keras.plots.bundled_font import bundled_font
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

GAP = 8
SEEN, AHEAD = (96, 96, 96), (0, 114, 178)
_LINE, _LABEL = (128, 128, 128), (64, 64, 64)
_CLASS, _SCALE = 28, 32  # pixels: the width of a class, the height of the scale


def forecast_gif(
    path,
    context,
    truth,
    forecasts,
    vmin=0.0,
    vmax=1.0,
    cmap="gray",
    frame_ms=200,
    scale=4,
    colours=None,
    units=None,
    grid=None,
    extent=None,
    outlines=(),
):
    """Write an animated GIF: truth and forecasts side by side, first the context, then the future.

    A bar at the bottom says "context t=-3" (grey; every panel shows the frame that was seen), then
    "lead +5" (blue; each panel shows its own forecast). It loops for ever. Missing pixels (NaN) are
    hatched in grey, and the pages say so.

    Args:
        path: str or Path, ending in .gif. Missing folders are made.
        context: array (T, H, W) or (T, H, W, C) with C 1 or 3: ONE sequence, frames seen.
        truth: array (horizon, H, W[, C]) of the frames that came, or None if not known yet (no
            panel then).
        forecasts: dict, name -> array (horizon, H, W[, C]).
        vmin: float. Value shown as black (or the low end of `cmap`), user's units. Default 0.0.
        vmax: float. Value shown as white. Default 1.0; 255 for bytes.
        cmap: str. Matplotlib colormap for one channel. Default "gray".
        frame_ms: int of at least 20, milliseconds per frame (GIF counts in steps of 10). Default
            200.
        scale: int of at least 1. Every pixel becomes scale x scale pixels. Default 4.
        colours, grid, extent, outlines: as of `forecast_strip`; lines have their coordinates
            beside them.
        units: str or None, for `colours` and their scale. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, range, colormap or file ending, units without classes, or
            coordinates that do not fit the frames. Nothing is written then.

    Example:
    >>> import tempfile
    >>> import numpy as np
    >>> from st_keras.plots import forecast_gif
    >>> frames = np.random.default_rng(0).random((8, 16, 16))
    >>> folder = tempfile.mkdtemp()
    >>> forecast_gif(f"{folder}/loop.gif", frames[:4], frames[4:], {"copy": frames[4:]}).name
    'loop.gif'
    """
    where = "forecast_gif"
    context, truth, forecasts = check_sequences(where, context, truth, forecasts)
    painted = chosen_colours(where, colours, units, context.shape[-1], vmin, vmax, cmap)
    check_int(where, "frame_ms", frame_ms, 20)
    check_int(where, "scale", scale, 1)
    places = PicturePlaces(where, context.shape[1:3], grid, extent, outlines)
    panels = {
        name: places.oriented(frames)
        for name, frames in (forecasts if truth is None else {"truth": truth, **forecasts}).items()
    }
    stripe = max(1, context.shape[2] // 24)
    past = colour_frames(places.oriented(context), vmin, vmax, painted, stripe)
    future = {name: colour_frames(f, vmin, vmax, painted, stripe) for name, f in panels.items()}
    horizon = len(next(iter(future.values())))
    missing = MISSING if holds_missing(context, *panels.values()) else None
    note = "   ".join(said for said in (missing, places.unit_note) if said)
    scaled = painted if isinstance(painted, RadarColours) else None
    page = functools.partial(_page, scale=scale, note=note, places=places, colours=scaled)
    pages = [
        page(dict.fromkeys(panels, image), f"context t={k - len(past) + 1}", SEEN)
        for k, image in enumerate(past)
    ]
    pages += [
        page({name: f[k] for name, f in future.items()}, f"lead +{k + 1}", AHEAD)
        for k in range(horizon)
    ]
    return write_atomically(
        where,
        path,
        (".gif",),
        lambda name: pages[0].save(
            name, save_all=True, append_images=pages[1:], duration=frame_ms, loop=0
        ),
    )


def _page(panels, caption, colour, scale, note, places, colours):
    """Draw one picture of the animation: names above the panels; scale, note and caption below."""
    from PIL import Image, ImageDraw

    font, bold = bundled_font(), bundled_font(bold=True)
    height, width = (scale * n for n in next(iter(panels.values())).shape[:2])
    # Small frames: the column is as wide as the longest text needs.
    texts = [font.getlength(name) for name in panels]
    across = [bold.getlength("context t=-000")] + ([font.getlength(note)] if note else [])
    across += [_CLASS * (len(colours.edges) + 2)] if colours else []
    column = int(max(width, *texts, *(length / len(panels) for length in across)))
    line = 26
    below = (line if note else 0) + (_SCALE if colours else 0)
    size = (GAP + len(panels) * (column + GAP), line + height + GAP + below + line)
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    for i, (name, image) in enumerate(panels.items()):
        x = GAP + i * (column + GAP)
        draw.text((x + column / 2, line / 2), name, fill="black", font=font, anchor="mm")
        big = Image.fromarray(image).resize((width, height), Image.Resampling.NEAREST)
        _draw_lines(big, places, scale, framed=colours is not None)
        page.paste(big, (x + (column - width) // 2, line))
    if colours:
        _draw_scale(draw, colours, GAP, line + height + GAP)
    if note:
        draw.text((GAP, size[1] - 1.5 * line), note, fill="black", font=font, anchor="lm")
    draw.rectangle([0, size[1] - line, *size], fill=colour)
    draw.text((size[0] / 2, size[1] - line / 2), caption, fill="white", font=bold, anchor="mm")
    return page


def _draw_lines(image, places, scale, framed):
    """Draw lines with their coordinates and outlines on a panel; a frame, as dry is white."""
    from PIL import ImageDraw

    draw, small = ImageDraw.Draw(image), bundled_font(size=10)
    width, height = image.size
    halo = {"stroke_width": 1, "stroke_fill": "white"}  # read on hatching and on dark rain, too
    for corners in places.outlines:
        draw.line([tuple(scale * (corner + 0.5)) for corner in corners], fill="black", width=1)
    for place, label in zip(*places.lines("x"), strict=True):
        x = scale * (place + 0.5)
        draw.line([(x, 0), (x, height)], fill=_LINE)
        draw.text((x + 2, height - 2), label, fill=_LABEL, font=small, anchor="ls", **halo)
    for place, label in zip(*places.lines("y"), strict=True):
        y = scale * (place + 0.5)
        draw.line([(0, y), (width, y)], fill=_LINE)
        draw.text((2, y - 2), label, fill=_LABEL, font=small, anchor="ls", **halo)
    if framed:
        draw.rectangle([0, 0, width - 1, height - 1], outline=_LINE)


def _draw_scale(draw, colours, x, y):
    """Draw the classes in a row, the edges under them, the units behind."""
    small = bundled_font(size=10)
    for k, (colour, label) in enumerate(zip(colours.colours[1:], colours.labels, strict=True)):
        left = x + k * _CLASS
        draw.rectangle([left, y, left + _CLASS - 1, y + 10], fill=colour)
        draw.text((left, y + 13), label, fill="black", font=small, anchor="lt")
    end = x + len(colours.edges) * _CLASS
    draw.text((end + 4, y + 5), colours.units, fill="black", font=small, anchor="lm")
