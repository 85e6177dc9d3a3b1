"""The font of text in animations, which Matplotlib does not draw."""

import pathlib


def bundled_font(size=14, bold=False):
    """Return a Pillow font that comes with Matplotlib: the same letters on every machine.

    Args:
        size: int. Height in pixels. Default 14.
        bold: bool. Default False.

    Returns:
        `PIL.ImageFont.FreeTypeFont`.

    Example:
    >>> from st_keras.plots.bundled_font import bundled_font
    >>> bundled_font(bold=True).getname()
    ('DejaVu Sans', 'Bold')
    """
    import matplotlib
    from PIL import ImageFont

    folder = pathlib.Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / f"DejaVuSans{'-Bold' * bold}.ttf"), size)
