"""From arrays of frames to RGB images, with the checks that all pictures of forecasts share."""

import numpy as np

from st_keras.validation import check_number, error

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


def colour_frames(frames, vmin, vmax, cmap, missing=(176, 176, 190)):
    """Return uint8 images (T, H, W, 3) of frames (T, H, W, C); NaN pixels look `missing`."""
    scaled = (np.asarray(frames, "float32") - vmin) / (vmax - vmin)
    hole = np.isnan(scaled).any(axis=-1)
    scaled = np.clip(np.nan_to_num(scaled), 0.0, 1.0)
    if frames.shape[-1] == 1:
        images = cmap(scaled[..., 0], bytes=True)[..., :3]
    else:
        images = np.uint8(np.rint(scaled * 255))
    images[hole] = missing
    return images


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
