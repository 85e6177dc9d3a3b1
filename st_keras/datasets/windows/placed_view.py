"""The frames of a view in their places on a regular time axis: some dropped, some missing."""

import numpy as np

from st_keras.datasets.windows.frame_view import in_blocks

MISSING_SCAN = -1


class PlacedView:
    """A view whose frames are taken from the places of another.

    Args:
        view: `FrameView`, or what reads frames as one does.
        places: list of int arrays, one for each sequence: which frame of the view each frame is.
            `MISSING_SCAN` stands for one that was not recorded: all NaN. Where there is one, all
            frames are floats.

    Attributes:
        axes, shape, lengths, dtype: as of a `FrameView`.

    Example:

    >>> from st_keras.datasets.windows.frame_view import view_frames
    >>> view = view_frames("doc", np.arange(5 * 2 * 2).reshape(5, 2, 2))
    >>> placed = PlacedView(view, [np.array([0, 1, MISSING_SCAN, 4])])
    >>> placed.lengths, placed.read(0, 1, 4)[:, 0, 0, 0]
    ([4], array([ 4., nan, 16.]))
    """

    def __init__(self, view, places):
        self._view, self._places = view, [np.asarray(each) for each in places]
        self.axes = view.axes
        self.lengths = [len(each) for each in self._places]
        self.shape = (len(self.lengths), max(self.lengths), *view.shape[2:])
        holes = any((each == MISSING_SCAN).any() for each in self._places)
        narrow = view.dtype.kind != "f"
        # float64 where float32 would not hold every integer.
        wide = "float64" if view.dtype.itemsize > 2 else "float32"
        self.dtype = np.dtype(wide) if holes and narrow else view.dtype

    def read(self, sequence, start, stop):
        """Read frames of one sequence, as `FrameView.read`."""
        places = self._places[sequence][start:stop]
        there = places[places != MISSING_SCAN]
        if not there.size:
            return np.full((len(places), *self.shape[2:]), np.nan, self.dtype)
        first = int(there[0])
        block = self._view.read(sequence, first, int(there[-1]) + 1)
        if len(there) == len(places) == len(block) and self.dtype == block.dtype:
            return block  # they follow each other, as nearly all do
        frames = np.empty((len(places), *self.shape[2:]), self.dtype)
        for frame, place in zip(frames, places.tolist(), strict=True):
            frame[...] = np.nan if place == MISSING_SCAN else block[place - first]
        return frames

    def blocks(self, sequence, start, stop):
        """Read frames of one sequence in blocks, as `FrameView.blocks`."""
        yield from in_blocks(self, sequence, start, stop)
