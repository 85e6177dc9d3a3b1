"""Sequences of different length as one view: a list of arrays, each with frames of its own."""

from st_keras.datasets.windows.frame_view import in_blocks
from st_keras.validation import error


class JoinedView:
    """Several views, one after the other, whose frames have one size.

    Args:
        where: str. Who asks; the errors begin with it.
        views: list of `FrameView`, or what reads frames as one does.

    Attributes:
        axes, shape, lengths, dtype: as of a `FrameView`; T is that of the longest sequence.

    Raises:
        ValueError: if a view has frames of another size, other channels or another dtype than the
            first.

    Example:

    >>> import numpy as np
    >>> from st_keras.datasets.windows.frame_view import view_frames
    >>> views = [view_frames("doc", np.zeros((t, 4, 6), "uint8")) for t in (5, 8)]
    >>> joined = JoinedView("doc", views)
    >>> joined.shape, joined.lengths, joined.read(1, 2, 4).shape
    ((2, 8, 4, 6, 1), [5, 8], (2, 4, 6, 1))
    """

    def __init__(self, where, views):
        first = views[0]
        for number, view in enumerate(views):
            if view.shape[2:] != first.shape[2:] or view.dtype != first.dtype:
                raise error(
                    where,
                    f"sequences whose frames differ: (H, W, C) = {first.shape[2:]} of "
                    f"{first.dtype} in sequence 0, {view.shape[2:]} of {view.dtype} in sequence "
                    f"{number}",
                    "frames of one size, the same channels and one dtype in all sequences",
                    "Crop, resize or convert them to one, or make a dataset of each kind.",
                )
        self.axes, self.dtype = first.axes, first.dtype
        self.lengths = [length for view in views for length in view.lengths]
        self.shape = (len(self.lengths), max(self.lengths), *first.shape[2:])
        self._places = [(view, n) for view in views for n in range(view.shape[0])]

    def read(self, sequence, start, stop):
        """Read frames of one sequence, as `FrameView.read`."""
        view, n = self._places[sequence]
        return view.read(n, start, stop)

    def blocks(self, sequence, start, stop):
        """Read frames of one sequence in blocks, as `FrameView.blocks`."""
        yield from in_blocks(self, sequence, start, stop)
