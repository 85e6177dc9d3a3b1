"""A moving picture of what each latent does to the image: all latents at once, side by side."""

from st_keras.plots.atomic_file import write_atomically
from st_keras.plots.bundled_font import bundled_font
from st_keras.plots.finite_array import check_names
from st_keras.plots.latent_traversal import check_traversal, check_values, value_texts
from st_keras.plots.sequence_images import check_colours, colour_frames
from st_keras.validation import check_int

GAP = 8
LINE = 26
BAR = (96, 96, 96)


def latent_traversal_gif(
    path,
    images,
    labels=None,
    values=None,
    vmin=0.0,
    vmax=1.0,
    cmap="gray",
    frame_ms=100,
    scale=2,
    columns=5,
):
    """Write an animated GIF with one panel per latent, all moving forth and back for ever.

    The bar at the bottom shows the value of the latents, or which step it is.

    Args:
        path: str or Path, ending in .gif. Missing folders are made.
        images: array (latents, steps, H, W) or (latents, steps, H, W, C) with C 1 or 3, in
            [vmin, vmax]; what lies outside is clipped. See `traversal_codes`.
        labels: list of str, one per latent, above the panels. Default None: z0, z1, ...
        values: array (steps,), the values of the latents. Default None: steps are counted from 1.
        vmin: float. Value shown as black (or the low end of `cmap`). Default 0.0.
        vmax: float. Value shown as white. Default 1.0; 255 for bytes.
        cmap: str. Matplotlib colormap for one channel. Default "gray".
        frame_ms: int of at least 20, milliseconds per step (GIF counts in steps of 10). Default
            100.
        scale: int of at least 1. Every pixel becomes scale x scale pixels. Default 2.
        columns: int of at least 1. Panels side by side; more latents go on in the next line.
            Default 5.

    Returns:
        pathlib.Path of the file.

    Raises:
        ValueError: for a wrong shape, NaN, labels or values that do not fit the images, a wrong
            range, colormap or file ending. Nothing is written then.

    Example:
    >>> import tempfile
    >>> import numpy as np
    >>> from st_keras.plots import latent_traversal_gif
    >>> images = np.random.default_rng(0).random((3, 5, 16, 16, 1))
    >>> latent_traversal_gif(tempfile.mkdtemp() + "/traversal.gif", images).name
    'traversal.gif'
    """
    where = "latent_traversal_gif"
    images = check_traversal(where, images)
    steps = images.shape[1]
    labels = check_names(where, "labels", labels, len(images))
    values = check_values(where, values, steps)
    colours = check_colours(where, vmin, vmax, cmap)
    check_int(where, "frame_ms", frame_ms, 20)
    check_int(where, "scale", scale, 1)
    check_int(where, "columns", columns, 1)
    if values is None:
        captions = [f"step {k + 1} of {steps}" for k in range(steps)]
    else:
        captions = [f"value {text}" for text in value_texts(values)]
    pictures = colour_frames(images, vmin, vmax, colours)
    forth = [
        _page(pictures[:, k], labels, caption, scale, columns) for k, caption in enumerate(captions)
    ]
    # Neither end is shown twice in a row: the loop goes 0 1 2 1 0 1 ...
    pages = forth + forth[-2:0:-1]
    return write_atomically(
        where,
        path,
        (".gif",),
        lambda name: pages[0].save(
            name, save_all=True, append_images=pages[1:], duration=frame_ms, loop=0
        ),
    )


def _page(pictures, labels, caption, scale, columns):
    """Draw one picture of the animation: labelled panels, the caption bar below."""
    from PIL import Image, ImageDraw

    font, bold = bundled_font(), bundled_font(bold=True)
    height, width = (scale * n for n in pictures.shape[1:3])
    columns = min(columns, len(labels))
    # Small images: the column is as wide as the longest text needs.
    texts = [font.getlength(label) for label in labels]
    column = int(max(width, *texts, bold.getlength("step 000 of 000") / columns))
    rows = -(-len(labels) // columns)
    size = (GAP + columns * (column + GAP), rows * (LINE + height) + GAP + LINE)
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    for i, (label, picture) in enumerate(zip(labels, pictures, strict=True)):
        x, y = GAP + i % columns * (column + GAP), i // columns * (LINE + height)
        draw.text((x + column / 2, y + LINE / 2), label, fill="black", font=font, anchor="mm")
        big = Image.fromarray(picture).resize((width, height), Image.Resampling.NEAREST)
        page.paste(big, (x + (column - width) // 2, y + LINE))
    draw.rectangle([0, size[1] - LINE, *size], fill=BAR)
    draw.text((size[0] / 2, size[1] - LINE / 2), caption, fill="white", font=bold, anchor="mm")
    return page
