"""Frames on a coarser grid: the mean of each block of pixels."""

import numpy as np

from st_keras.datasets.windows.frame_view import in_blocks
from st_keras.datasets.windows.missing_value import find_missing
from st_keras.validation import check_int, error


class CoarseView:
    """A view whose pixels are means of blocks of `factor` x `factor` pixels of another.

    A block with a missing pixel is missing: NaN. Rows and columns at the bottom and at the right
    that fill no block are left out.

    Args:
        where: str. Who asks; the errors begin with it.
        view: `FrameView`, or what reads frames as one does.
        factor: int of at least 2.
        codes: numbers that stand for no data in the view, as `missing_codes` returns them. Default:
            none; NaN is missing anyway.

    Attributes:
        axes, shape, lengths, dtype: as of a `FrameView`; values are float32, or float64 of float64.

    Raises:
        ValueError: for another factor, or one larger than the frames.

    Example:

    >>> from st_keras.datasets.windows.frame_view import view_frames
    >>> frames = np.arange(2 * 4 * 5, dtype="float32").reshape(2, 4, 5)
    >>> frames[1, 0, 0] = np.nan
    >>> coarse = CoarseView("doc", view_frames("doc", frames), 2)
    >>> coarse.read(0, 0, 2)[..., 0].tolist()
    [[[3.0, 5.0], [13.0, 15.0]], [[nan, 25.0], [33.0, 35.0]]]
    """

    def __init__(self, where, view, factor, codes=()):
        factor = check_int(where, "coarsen", factor, 2)
        height, width = view.shape[2:4]
        if factor > min(height, width):
            raise error(
                where,
                f"coarsen={factor} with frames of {height} x {width} pixels",
                f"at most {min(height, width)}, or no block is whole",
                "Pass a smaller factor.",
            )
        self._view, self._factor, self._codes = view, factor, codes
        self.axes, self.lengths = view.axes, view.lengths
        size = (height // factor, width // factor)
        self.shape = (*view.shape[:2], *size, view.shape[4])
        self.dtype = np.dtype("float64" if view.dtype == "float64" else "float32")

    def read(self, sequence, start, stop):
        """Read frames of one sequence, as `FrameView.read`."""
        frames = self._view.read(sequence, start, stop)
        holes = find_missing(frames, self._codes)
        frames = frames.astype(self.dtype)
        if holes is not None:
            frames[holes] = np.nan
        _, _, rows, columns, channels = self.shape
        f = self._factor
        frames = frames[:, : rows * f, : columns * f]
        blocks = frames.reshape(len(frames), rows, f, columns, f, channels)
        return blocks.mean(axis=(2, 4), dtype="float64").astype(self.dtype)

    def blocks(self, sequence, start, stop):
        """Read frames of one sequence in blocks, as `FrameView.blocks`."""
        # As many at a time as the finer frames allow.
        yield from in_blocks(self, sequence, start, stop, self._view.shape[2:])
