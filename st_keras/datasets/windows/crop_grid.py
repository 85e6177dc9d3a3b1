"""Crops of frames: where each begins."""

import numpy as np

from st_keras.validation import check_int, error


class CropGrid:
    """Crops of one size on a regular grid over the frame.

    Args:
        where: str. Who asks; the errors begin with it.
        image_size: (H, W) of the frames.
        crop: (height, width) of a crop; an int for a square; None: whole frames.
        stride: (rows, columns) between two crops, or an int. Default None: the size of a crop, so
            that they do not overlap.
        seen: bool (H, W), pixels that ever hold data: a crop without one is left out. Default None:
            all.

    Attributes:
        size: (height, width).
        starts: int64 (n, 2), first row and column of each crop.
        left_out: int, crops without data.

    Raises:
        ValueError: for a crop larger than the frame, a stride below 1, or if no crop holds data.

    Example:

    >>> grid = CropGrid("doc", (100, 70), crop=32, stride=(32, 16))
    >>> grid.size, len(grid.starts), grid.starts[-1].tolist()
    ((32, 32), 9, [64, 32])
    """

    def __init__(self, where, image_size, crop=None, stride=None, seen=None):
        if crop is None and stride is not None:
            raise error(
                where,
                f"crop_stride={stride!r} without crop",
                "the size of a crop",
                "Pass crop too.",
            )
        self.size = _pair(where, "crop", image_size if crop is None else crop)
        stride = _pair(where, "crop_stride", self.size if stride is None else stride)
        if any(own > size for own, size in zip(self.size, image_size, strict=True)):
            raise error(
                where,
                f"crop={self.size} of frames of {image_size[0]} x {image_size[1]} pixels",
                "crops that fit into the frame",
                "Pass a smaller crop.",
            )
        rows, columns = (
            np.arange(0, size - own + 1, step)
            for size, own, step in zip(image_size, self.size, stride, strict=True)
        )
        starts = np.stack(np.meshgrid(rows, columns, indexing="ij"), axis=-1).reshape(-1, 2)
        height, width = self.size
        kept = [seen is None or seen[y : y + height, x : x + width].any() for y, x in starts]
        self.starts, self.left_out = starts[kept], len(starts) - int(np.sum(kept))
        if not len(self.starts):
            raise error(
                where,
                f"{len(starts)} crops of {height} x {width} pixels, none of which holds data",
                "a crop with data",
                "Pass a larger crop or a smaller crop_stride.",
            )


def _pair(where, name, value):
    pair = (value, value) if isinstance(value, (int, np.integer)) else tuple(value)
    if len(pair) != 2:
        raise error(where, f"{name}={value!r}", "an int, or two: rows, columns", "Pass one.")
    return tuple(check_int(where, name, each, 1) for each in pair)
