"""Frames of a film by number, where reading many one after the other is what is fast."""

import numpy as np

# Frames that are decoded in between, rather than started anew for.
_GAP = 16


class NumberedFrames:
    """Frames (T, H, W, C) of a film that is decoded from one frame to another.

    Args:
        read: function of first and last frame number that returns the frames from one to the other,
            both included. It is called from several threads at once.
        shape: (T, H, W, C).
        dtype: of the frames.

    Example:

    >>> frames = NumberedFrames(lambda a, b: np.arange(a, b + 1)[:, None, None, None], (9, 1, 1, 1))
    >>> frames[3:8:2].ravel().tolist(), frames[-1, 0].shape, frames[[5, 2]].ravel().tolist()
    ([3, 5, 7], (1, 1), [5, 2])
    """

    def __init__(self, read, shape, dtype="uint8"):
        self.read, self.shape, self.dtype = read, tuple(shape), np.dtype(dtype)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        first, *rest = index if isinstance(index, tuple) else (index,)
        if first is Ellipsis or first is None:
            return self[:][index]
        numbers = np.arange(len(self))[first]  # an IndexError where there is no such frame
        wanted, places = np.unique(numbers, return_inverse=True)
        runs = np.split(wanted, 1 + np.flatnonzero(np.diff(wanted) > _GAP)) if wanted.size else []
        parts = [self.read(int(run[0]), int(run[-1]))[run - run[0]] for run in runs]
        frames = np.concatenate(parts) if parts else np.zeros((0, *self.shape[1:]), self.dtype)
        frames = frames[places.reshape(numbers.shape)]
        return frames[(slice(None),) * numbers.ndim + tuple(rest)]
