"""Smaller images, with the filters that the reference loaders used."""

import numpy as np


def shrink_images(images, size, method):
    """Resize images to squares.

    Args:
        images: uint8 (N, H, W) or (N, H, W, 3).
        size: int, new height and width.
        method: "bilinear" (SmallNORB) or "lanczos" (Cars3D), Pillow's filters: both average over
            the area that a new pixel covers.

    Returns:
        uint8 (N, size, size) or (N, size, size, 3).

    Example:
    >>> shrink_images(np.full((2, 96, 96), 7, "uint8"), 64, "bilinear").shape
    (2, 64, 64)
    """
    from PIL import Image

    if images.shape[1:3] == (size, size):
        return images
    resample = {"bilinear": Image.Resampling.BILINEAR, "lanczos": Image.Resampling.LANCZOS}[method]
    shrunk = np.empty((len(images), size, size, *images.shape[3:]), "uint8")
    for target, image in zip(shrunk, images, strict=True):
        picture = Image.fromarray(np.ascontiguousarray(image))
        target[:] = np.asarray(picture.resize((size, size), resample))
    return shrunk
