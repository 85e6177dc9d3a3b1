"""What each latent does to the image, while all others stand still: one row per latent."""

import numpy as np

from st_keras.plots.figure_file import new_figure, save_figure
from st_keras.plots.finite_array import check_finite_array, check_names
from st_keras.plots.sequence_images import check_colours, colour_frames
from st_keras.validation import error

LARGEST_SIDE = 320  # pixels; larger images are thinned
LARGEST_WIDTH = 8.0  # inches of all columns together
COLUMN_INCHES = 0.85
LABEL_INCHES = 0.45


def latent_traversal(
    path, images, labels=None, values=None, vmin=0.0, vmax=1.0, cmap="gray", title=None
):
    """Write a picture with one row per latent and one column per value of that latent.

    `traversal_codes` gives the codes whose decoded images these are.

    Args:
        path: str or Path, ending in .png, .pdf or .svg. Missing folders are made.
        images: array (latents, steps, H, W) or (latents, steps, H, W, C) with C 1 or 3, in
            [vmin, vmax]; what lies outside is clipped.
        labels: list of str, one per row, such as "z3 (KL 2.1)". Default None: z0, z1, ...
        values: array (steps,), the values of the latents, written above the columns (above some of
            them, if the columns are narrow). Default None: nothing is written.
        vmin: float. Value shown as black (or the low end of `cmap`). Default 0.0.
        vmax: float. Value shown as white. Default 1.0; 255 for bytes.
        cmap: str. Matplotlib colormap for one channel. Default "gray".
        title: str or None. Default None.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, NaN, labels or values that do not fit the images, a wrong
            range, colormap or file ending. Nothing is written then.

    Example:
    >>> import tempfile
    >>> import numpy as np
    >>> from st_keras.plots import latent_traversal
    >>> images = np.random.default_rng(0).random((3, 5, 16, 16, 1))
    >>> path = tempfile.mkdtemp() + "/traversal.png"
    >>> latent_traversal(path, images, values=np.linspace(-2, 2, 5)).name
    'traversal.png'
    """
    where = "latent_traversal"
    images = check_traversal(where, images)
    labels = check_names(where, "labels", labels, len(images))
    values = check_values(where, values, images.shape[1])
    colours = check_colours(where, vmin, vmax, cmap)
    thin = -(-max(images.shape[2:4]) // LARGEST_SIDE)
    pictures = colour_frames(images[:, :, ::thin, ::thin], vmin, vmax, colours)
    rows, columns, height, width, _ = pictures.shape
    gap = max(1, width // 24)
    canvas = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), 255, np.uint8)
    for i, row in enumerate(pictures):
        for j, picture in enumerate(row):
            y, x = i * (height + gap), j * (width + gap)
            canvas[y : y + height, x : x + width] = picture

    # The images fill the figure; labels stand outside and the file is cropped around them.
    column_inches = min(COLUMN_INCHES, LARGEST_WIDTH / columns)
    inches = column_inches / (width + gap)
    figure = new_figure(canvas.shape[1] * inches, canvas.shape[0] * inches, layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.imshow(canvas, interpolation="nearest", aspect="auto")
    axes.set_yticks(np.arange(rows) * (height + gap) + (height - 1) / 2, labels)
    axes.set_xticks([])
    axes.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    axes.spines[:].set_visible(False)
    if values is not None:
        every = int(np.ceil(LABEL_INCHES / column_inches))
        shown = np.arange((columns - 1) // 2 % every, columns, every)  # the middle one among them
        places = shown * (width + gap) + (width - 1) / 2
        axes.set_xticks(places, value_texts(values)[shown])
        axes.xaxis.set_label_position("top")
        axes.set_xlabel("value of the latent")
    if title:
        axes.set_title(title, fontsize=12, pad=10)
    return save_figure(where, path, figure, crop="tight")


def check_traversal(where, images):
    """Return images as a float array (latents, steps, H, W, C), or raise `ValueError`."""
    images = np.asarray(images)
    given = images.shape
    if images.ndim == 4:
        images = images[..., None]
    if images.ndim != 5 or images.shape[-1] not in (1, 3):
        raise error(
            where,
            f"images of shape {given}",
            "(latents, steps, H, W), (latents, steps, H, W, 1) or (latents, steps, H, W, 3)",
            "Decode what traversal_codes gives; add an axis for one latent: images[None].",
        )
    return check_finite_array(where, "images", images, ("latents", "steps", "H", "W", "C"))


def check_values(where, values, steps):
    """Return the values of the columns as an array (steps,) or None, or raise `ValueError`."""
    if values is None:
        return None
    values = check_finite_array(where, "values", values, ("steps",))
    if len(values) != steps:
        raise error(
            where,
            f"{len(values)} values for {steps} steps",
            "one value per step",
            "Pass the values that traversal_codes was given.",
        )
    return values


def value_texts(values):
    """Return values as texts of two digits or three, with a true minus sign: (steps,) of str."""
    return np.array([f"{value:.2g}".replace("-", "\N{MINUS SIGN}") for value in values + 0.0])
