"""From arrays of frames to RGB images, with the checks that all pictures of forecasts share."""

import numpy as np

from st_keras.plots.radar_colours import RadarColours, radar_colours
from st_keras.validation import check_number, error

HATCH = ((168, 160, 176), (226, 222, 230))  # stripes of missing pixels, a touch of violet
MISSING = "hatched: no data"
AXES = "(T, H, W), (T, H, W, 1) or (T, H, W, 3), one sequence"


def check_sequences(where, context, truth, forecasts):
    """Return context, truth (None allowed) and forecasts as checked arrays (T, H, W, C).

    Raises:
        ValueError: for an array that is not one sequence, no forecast, or sizes that differ.
    """
    if not isinstance(forecasts, dict) or not forecasts:
        raise error(
            where,
            f"forecasts of type {type(forecasts).__name__}, no named forecast",
            "a dict of at least one array, name -> frames",
            "Pass forecasts={'PredRNN-V2': frames}.",
        )
    context = _check_sequence(where, "context", context)
    forecasts = {
        str(name): _check_sequence(where, f"forecasts[{name!r}]", frames)
        for name, frames in forecasts.items()
    }
    horizon = len(next(iter(forecasts.values())))
    later = dict(forecasts)
    if truth is not None:
        truth = _check_sequence(where, "truth", truth)
        later = {"truth": truth, **forecasts}
    for name, frames in later.items():
        if frames.shape[1:] != context.shape[1:] or len(frames) != horizon:
            raise error(
                where,
                f"{name!r} of shape {frames.shape} with context {context.shape}"
                f" and {horizon} forecast frames",
                "the same height, width and channels everywhere, truth as long as each forecast",
                "Cut them to the same lead times, such as truth[:horizon].",
            )
    return context, truth, forecasts


def check_colours(where, vmin, vmax, cmap):
    """Return the matplotlib colormap; raise `ValueError` for an unknown one or an empty range."""
    import matplotlib

    vmin, vmax = check_number(where, "vmin", vmin), check_number(where, "vmax", vmax)
    if vmax <= vmin:
        raise error(
            where,
            f"vmin={vmin:g} with vmax={vmax:g}",
            "vmax above vmin",
            "Pass the range of your frames, such as vmin=0, vmax=255 for bytes.",
        )
    if isinstance(cmap, str) and cmap not in matplotlib.colormaps:
        raise error(
            where,
            f"cmap={cmap!r}",
            "the name of a matplotlib colormap",
            "Try cmap='gray', 'viridis' or 'turbo'.",
        )
    return matplotlib.colormaps[cmap] if isinstance(cmap, str) else cmap


def chosen_colours(where, colours, units, channels, vmin, vmax, cmap):
    """Return a colormap, or `RadarColours` where these were asked for.

    Args:
        where: str. Who asks; the errors begin with it.
        colours: "radar", "radar-safe" or None.
        units: str or None, of the frames.
        channels: int, of the frames.
        vmin, vmax, cmap: as for `check_colours`; they count where `colours` is None.

    Raises:
        ValueError: as `check_colours` and `radar_colours`; for radar colours of several channels.
    """
    if colours is None:
        return check_colours(where, vmin, vmax, cmap)
    if channels != 1:
        raise error(
            where,
            f"colours={colours!r} for frames of {channels} channels",
            "one channel",
            "Pick the one with rain or reflectivity, such as frames[..., :1].",
        )
    return radar_colours(where, colours, units)


def colour_frames(frames, vmin, vmax, cmap, stripe=1):
    """Return uint8 images (T, H, W, 3) of frames (T, H, W, C), missing pixels (NaN) hatched.

    No colormap has diagonal stripes: they are told from every value, also from zero and from grey.

    Args:
        frames: array (T, H, W, C), C 1 or 3.
        vmin, vmax: floats, black and white.
        cmap: matplotlib colormap for one channel, or `RadarColours`, which need no range.
        stripe: int, width of the stripes in pixels of the frames. Default 1.
    """
    hole = np.isnan(frames).any(axis=-1)
    if isinstance(cmap, RadarColours):
        images = cmap.images(frames[..., 0])
    else:
        scaled = (np.asarray(frames, "float32") - vmin) / (vmax - vmin)
        scaled = np.clip(np.nan_to_num(scaled), 0.0, 1.0)
        if frames.shape[-1] == 1:
            images = cmap(scaled[..., 0], bytes=True)[..., :3]
        else:
            images = np.uint8(np.rint(scaled * 255))
    if hole.any():
        images = np.where(hole[..., None], _hatch(*hole.shape[1:], stripe), images)
    return images


def holds_missing(*sequences):
    """Return whether some of the sequences (None allowed) hold a missing pixel.

    Example:
    >>> holds_missing(np.zeros((1, 2, 2)), None), holds_missing(np.full((1, 2, 2), np.nan))
    (False, True)
    """
    return any(bool(np.isnan(frames).any()) for frames in sequences if frames is not None)


def shown_range(*sequences):
    """Return (low, high), the extremes of sequences (None allowed) without their missing pixels.

    Args:
        *sequences: arrays of any shape; infinite values are left out, too.

    Returns:
        two floats, low < high: one above `low` where all values are equal, (0.0, 1.0) where there
        are none.

    Example:
    >>> shown_range(np.array([np.nan, 3.0, -2.0]), None), shown_range(np.array([np.nan]))
    ((-2.0, 3.0), (0.0, 1.0))
    """
    values = [np.asarray(frames)[np.isfinite(frames)] for frames in sequences if frames is not None]
    low = min((float(v.min()) for v in values if v.size), default=0.0)
    high = max((float(v.max()) for v in values if v.size), default=1.0)
    return low, high if high > low else low + 1.0


def _hatch(height, width, stripe):
    """Diagonal stripes in two light greys, (H, W, 3)."""
    rows, columns = np.ogrid[:height, :width]
    dark = (rows + columns) // stripe % 2 == 0
    return np.where(dark[..., None], np.uint8(HATCH[0]), np.uint8(HATCH[1]))


def _check_sequence(where, name, frames):
    frames = np.asarray(frames)
    given = frames.shape
    if frames.ndim == 3:
        frames = frames[..., None]
    if frames.ndim != 4 or frames.shape[-1] not in (1, 3) or 0 in frames.shape:
        action = "Add or cut axes, such as frames[..., 0] for one channel."
        if frames.ndim == 5:
            action = "Pick one sequence of the batch, such as frames[0]."
        raise error(where, f"{name} of shape {given}", AXES, action)
    return frames
