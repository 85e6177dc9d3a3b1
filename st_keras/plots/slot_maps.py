"""What the slots of a model look at, and how much each counts, along one or several sequences."""

import numpy as np

from st_keras.plots.figure_file import COLOURS, MARKERS, new_figure, quiet_axes, save_figure
from st_keras.plots.finite_array import check_finite_array, check_names
from st_keras.plots.forecast_strip import _chosen_steps
from st_keras.plots.sequence_images import check_colours, colour_frames
from st_keras.validation import check_int, check_number, error

LARGEST_SIDE = 320  # pixels; larger frames are thinned
COLUMN_INCHES, LARGEST_WIDTH = 0.7, 9.0
CURVE_INCHES, CURVE_GAP, TICKS_INCHES, HEADING_INCHES = 1.0, 0.1, 0.6, 0.3
LABEL_INCHES = 0.35  # of the number of a step
MARKER_POINTS = 7  # from the images to the marker that stands for a slot's curve
MOST_MARKED = 60  # points of a curve
SMALLEST_RANGE = 0.1  # of the importance axis: rounding must not look like a response
ATTENTION_CMAP = "viridis"
BORDER = "0.25"


def slot_maps(
    path,
    frames,
    attention,
    importance,
    titles=None,
    context_length=None,
    max_columns=10,
    attention_max=None,
    vmin=0.0,
    vmax=1.0,
    cmap="gray",
    title=None,
):
    """Write per sequence a row of frames, a row of attention maps per slot, and importance curves.

    Several sequences, such as one of each mode, stand below each other on the same scales. Columns
    are time steps, thinned evenly if there are more than `max_columns`; the first and the last
    stay, and those around the end of the context. The curves show every step, also those between
    the columns; colour and marker before a row of maps tell which curve is the slot's. Missing
    pixels of frames (NaN) are hatched.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        frames: array (T, H, W) or (T, H, W, C) with C 1 or 3, in [vmin, vmax]: what the model was
            fed at each step. Several sequences: one more axis (N, ...) here and in the next two.
        attention: array (T, S, H', W') >= 0, the map of each slot, of any size; such as the
            attention that the positions of a memory receive, averaged over queries.
        importance: array (T, S), the importance weight of each slot, averaged over channels.
        titles: str, or list of N str: the heading of each sequence, such as its mode. Default None:
            no headings for one sequence, "sequence 0", ... for several.
        context_length: int in [1, T - 1] or None. With it time is the lead time: 0 is the last
            frame observed, a line stands behind it. Default None: steps 1 .. T.
        max_columns: int >= 4. Default 10.
        attention_max: float > 0 or None. Value of the lightest colour; 0 is the darkest. Default
            None: the largest attention of all maps.
        vmin: float. Value of `frames` shown as black (or the low end of `cmap`). Default 0.0.
        vmax: float. Value shown as white. Default 1.0; 255 for bytes.
        cmap: str. Matplotlib colormap of frames of one channel. Default "gray".
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for shapes that do not fit each other, NaN or negative attention, a wrong range,
            colormap or file ending. Nothing is written then.

    Example:
    >>> import tempfile
    >>> import numpy as np
    >>> from st_keras.plots.slot_maps import slot_maps
    >>> rng = np.random.default_rng(0)
    >>> frames, attention = rng.random((6, 16, 16)), rng.random((6, 2, 4, 4))
    >>> importance = rng.random((6, 2))
    >>> path = tempfile.mkdtemp() + "/slots.png"
    >>> slot_maps(path, frames, attention, importance, context_length=3).name
    'slots.png'
    """
    where = "slot_maps"
    check_int(where, "max_columns", max_columns, 4)
    frames, attention, importance = _check_arrays(where, frames, attention, importance)
    count, steps, slots = importance.shape
    if titles is not None or count > 1:
        titles = check_names(where, "titles", titles, count, default="sequence ")
    if context_length is not None:
        check_int(where, "context_length", context_length, 1)
        check_number(where, "context_length", context_length, 1, steps - 1)
    if attention_max is not None:
        attention_max = check_number(where, "attention_max", attention_max, np.finfo(float).tiny)
    brightest = attention_max or attention.max() or 1.0
    colours = check_colours(where, vmin, vmax, cmap)
    shown = _chosen_columns(steps, context_length, max_columns)
    thin = -(-max(frames.shape[2:4]) // LARGEST_SIDE)
    frames = frames[:, shown, ::thin, ::thin]

    height, width = frames.shape[2:4]
    gap = max(1, width // 24)
    seen = 0 if context_length is None else int(np.searchsorted(shown, context_length))
    break_width = max(2, width // 8) if seen else 0  # room for a line behind the context
    left = np.arange(len(shown)) * (width + gap) + break_width * (np.arange(len(shown)) >= seen)
    top = np.arange(1 + slots) * (height + gap)
    centres = left + (width - 1) / 2
    inches = min(COLUMN_INCHES, LARGEST_WIDTH / len(shown)) / (width + gap)  # of a pixel
    wide, high = (left[-1] + width) * inches, (top[-1] + height) * inches
    heading = HEADING_INCHES if titles else 0.1
    block = heading + high + CURVE_GAP + CURVE_INCHES + TICKS_INCHES
    # The images fill the figure; labels stand outside and the file is cropped around them.
    figure = new_figure(wide, count * block, layout="none")
    for n in range(count):
        floor = (count - n) * block - heading - high
        images = _axes_at(figure, 0, floor, wide, high)
        pictures = [
            colour_frames(frames[n], vmin, vmax, colours),
            *_colour_maps(attention[n, shown], height, width, brightest),
        ]
        _draw_images(images, pictures, left, top)
        # The bar stands beside the maps, not beside the frames.
        bar = _axes_at(figure, wide + 0.12, floor, 0.12, high - (height + gap) * inches)
        _draw_bar(figure, bar, brightest)
        curves = _axes_at(figure, 0, floor - CURVE_GAP - CURVE_INCHES, wide, CURVE_INCHES)
        places = np.interp(np.arange(steps), shown, centres)
        _draw_curves(curves, places, importance[n], _limits(importance))
        _label_steps(curves, shown, centres, context_length, inches * (width + gap))
        curves.set_xlim(images.get_xlim())
        if seen:
            for axes in (images, curves):
                axes.axvline(left[seen] - (gap + break_width + 1) / 2, color=BORDER, linewidth=1.5)
        if titles:
            images.set_title(titles[n], fontsize=11, loc="left")
    if title:
        figure.suptitle(title, y=1 + 0.1 / (count * block), va="bottom", fontsize=12)
    return save_figure(where, path, figure, crop="tight")


def _chosen_columns(steps, context_length, most):
    """Return the indices of the steps that are shown, at most `most`."""
    if context_length is None:
        return np.linspace(0, steps - 1, min(steps, most)).round().astype(int)
    past, ahead = _chosen_steps(context_length, steps - context_length, most)
    return np.concatenate([past, context_length + ahead])


def _axes_at(figure, x, y, width, height):
    """Return new axes at this place, in inches from the lower left corner."""
    across, up = figure.get_size_inches()
    return figure.add_axes((x / across, y / up, width / across, height / up))


def _colour_maps(attention, height, width, brightest):
    """Return per slot uint8 images (T, H, W, 3) of maps (T, S, H', W'), each cell of equal size."""
    import matplotlib

    rows = np.arange(height) * attention.shape[2] // height
    columns = np.arange(width) * attention.shape[3] // width
    maps = attention[:, :, rows][..., columns]
    return [
        colour_frames(maps[:, s, :, :, None], 0.0, brightest, matplotlib.colormaps[ATTENTION_CMAP])
        for s in range(maps.shape[1])
    ]


def _draw_images(axes, pictures, left, top):
    """Draw the rows of images, with a name and, for slots, the marker of the curve before each."""
    from matplotlib.transforms import offset_copy

    height, width = pictures[0].shape[1:3]
    canvas = np.full((top[-1] + height, left[-1] + width, 3), 255, np.uint8)
    for y, row in zip(top, pictures, strict=True):
        for x, picture in zip(left, row, strict=True):
            canvas[y : y + height, x : x + width] = picture
    axes.imshow(canvas, interpolation="nearest", aspect="auto")
    middle = top + (height - 1) / 2
    axes.set_yticks(middle, ["frames", *(f"slot {s}" for s in range(len(top) - 1))])
    axes.set_xticks([])
    axes.tick_params(length=0, pad=MARKER_POINTS + 7)
    axes.spines[:].set_visible(False)
    for s, y in enumerate(middle[1:]):
        colour, marker = _style(s)
        place = offset_copy(axes.get_yaxis_transform(), axes.figure, -MARKER_POINTS, 0, "points")
        axes.plot(0, y, marker, color=colour, markersize=6, transform=place, clip_on=False)


def _draw_bar(figure, axes, brightest):
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    figure.colorbar(
        ScalarMappable(Normalize(0, brightest), ATTENTION_CMAP), axes, label="attention"
    )
    axes.tick_params(labelsize=8)


def _draw_curves(axes, places, importance, limits):
    quiet_axes(axes)
    for s, y in enumerate(importance.T):
        colour, marker = _style(s)
        if len(y) > MOST_MARKED:
            marker = None
        axes.plot(
            places, y, color=colour, marker=marker, markersize=3.5, linewidth=1.3, clip_on=False
        )
    axes.set_ylim(limits)
    axes.set_ylabel("importance", fontsize=9)
    axes.tick_params(axis="y", labelsize=8)


def _label_steps(axes, shown, centres, context_length, column_inches):
    """Write below the curves which step each column is, below some of them if they are narrow."""
    if context_length is None:
        labels = [f"{t + 1}" for t in shown]
        axes.set_xlabel("step", fontsize=9)
    else:
        lead = shown - context_length + 1
        labels = [f"+{k}" if k > 0 else f"{k}".replace("-", "\N{MINUS SIGN}") for k in lead]
        axes.set_xlabel("lead time (frames)", fontsize=9)
    every = int(np.ceil(LABEL_INCHES / column_inches))
    axes.set_xticks(centres[::every], labels[::every])
    axes.tick_params(axis="x", labelsize=9)


def _style(slot):
    """Return colour and marker of a slot: 49 different pairs."""
    marker = slot + slot // len(COLOURS)
    return COLOURS[slot % len(COLOURS)], MARKERS[marker % len(MARKERS)]


def _limits(importance):
    """Return the range of all importance axes, around the values of all sequences."""
    low, high = importance.min(), importance.max()
    half = max(high - low, SMALLEST_RANGE) * 0.55
    return (low + high) / 2 - half, (low + high) / 2 + half


def _check_arrays(where, frames, attention, importance):
    """Return frames (N, T, H, W, C), attention (N, T, S, H', W'), importance (N, T, S)."""
    several = _rank(importance) == 3
    head = ("N",) if several else ()
    importance = check_finite_array(where, "importance", importance, (*head, "T", "S"))
    attention = check_finite_array(where, "attention", attention, (*head, "T", "S", "H'", "W'"))
    if attention.min() < 0:
        raise error(
            where,
            f"attention with values down to {attention.min():.3g}",
            "values >= 0",
            "Pass attention after its softmax.",
        )
    try:
        frames = np.asarray(frames, "float32")
    except (TypeError, ValueError):
        frames = np.zeros(0)
    given = frames.shape
    if frames.ndim == 3 + several:
        frames = frames[..., None]
    if frames.ndim != 4 + several or frames.shape[-1] not in (1, 3) or 0 in frames.shape:
        axes = ", ".join((*head, "T", "H", "W"))
        raise error(
            where,
            f"frames of shape {given} with importance of shape {importance.shape}",
            f"({axes}), ({axes}, 1) or ({axes}, 3)",
            "Pass one sequence, or as many as importance (N, T, S) has.",
        )
    if not several:
        frames, attention, importance = frames[None], attention[None], importance[None]
    fits = attention.shape[:3] == importance.shape and frames.shape[:2] == importance.shape[:2]
    if not fits:
        cut = slice(None if several else 1, None)
        raise error(
            where,
            f"frames of {frames.shape[:2][cut]}, attention of {attention.shape[:3][cut]} and "
            f"importance of {importance.shape[cut]} sequences, steps and slots",
            "the same numbers in all three",
            "Pass the frames the model was fed: one less than the sequence has, if it predicts "
            "each next frame.",
        )
    return frames, attention, importance


def _rank(values):
    try:
        return np.ndim(values)
    except ValueError:  # rows of unequal length: the next check says so
        return None
