"""A moving picture of one forecast beside the truth."""

from st_keras.plots.atomic_file import write_atomically
from st_keras.plots.bundled_font import bundled_font
from st_keras.plots.sequence_images import (
    MISSING,
    check_colours,
    check_sequences,
    colour_frames,
    holds_missing,
)
from st_keras.validation import check_int

GAP = 8
SEEN, AHEAD = (96, 96, 96), (0, 114, 178)


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

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, range, colormap or file ending. Nothing is written then.

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
    colours = check_colours(where, vmin, vmax, cmap)
    check_int(where, "frame_ms", frame_ms, 20)
    check_int(where, "scale", scale, 1)
    panels = forecasts if truth is None else {"truth": truth, **forecasts}
    stripe = max(1, context.shape[2] // 24)
    past = colour_frames(context, vmin, vmax, colours, stripe)
    future = {name: colour_frames(f, vmin, vmax, colours, stripe) for name, f in panels.items()}
    horizon = len(next(iter(future.values())))
    note = MISSING if holds_missing(context, *panels.values()) else None
    pages = [
        _page(dict.fromkeys(panels, image), f"context t={k - len(past) + 1}", SEEN, scale, note)
        for k, image in enumerate(past)
    ]
    pages += [
        _page({name: f[k] for name, f in future.items()}, f"lead +{k + 1}", AHEAD, scale, note)
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


def _page(panels, caption, colour, scale, note=None):
    """Draw one picture of the animation: names above the panels, note and caption bar below."""
    from PIL import Image, ImageDraw

    font, bold = bundled_font(), bundled_font(bold=True)
    height, width = (scale * n for n in next(iter(panels.values())).shape[:2])
    # Small frames: the column is as wide as the longest text needs.
    texts = [font.getlength(name) for name in panels]
    across = [bold.getlength("context t=-000")] + ([font.getlength(note)] if note else [])
    column = int(max(width, *texts, *(length / len(panels) for length in across)))
    line = 26
    below = line if note else 0
    size = (GAP + len(panels) * (column + GAP), line + height + GAP + below + line)
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    for i, (name, image) in enumerate(panels.items()):
        x = GAP + i * (column + GAP)
        draw.text((x + column / 2, line / 2), name, fill="black", font=font, anchor="mm")
        big = Image.fromarray(image).resize((width, height), Image.Resampling.NEAREST)
        page.paste(big, (x + (column - width) // 2, line))
    if note:
        draw.text((GAP, size[1] - 1.5 * line), note, fill="black", font=font, anchor="lm")
    draw.rectangle([0, size[1] - line, *size], fill=colour)
    draw.text((size[0] / 2, size[1] - line / 2), caption, fill="white", font=bold, anchor="mm")
    return page
