"""Frames by number, of what is read from one frame to another: films, one file after another."""

import numpy as np


class NumberedFrames:
    """Frames (T, H, W) or (T, H, W, C) that a function reads, from one frame to another.

    Args:
        read: function of first and last frame number that returns the frames from one to the other,
            both included. It is called from several threads at once.
        shape: (T, H, W) or (T, H, W, C).
        dtype: of the frames. Default "uint8".
        gap: int. Frames that are this far from each other are read at once, with those in between.
            Default 1: none that is not asked for.

    Example:

    >>> frames = NumberedFrames(lambda a, b: np.arange(a, b + 1)[:, None, None, None], (9, 1, 1, 1))
    >>> frames[3:8:2].ravel().tolist(), frames[-1, 0].shape, frames[[5, 2]].ravel().tolist()
    ([3, 5, 7], (1, 1), [5, 2])
    """

    def __init__(self, read, shape, dtype="uint8", gap=1):
        self.read, self.shape, self.dtype = read, tuple(shape), np.dtype(dtype)
        self.gap = gap

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        first, *rest = index if isinstance(index, tuple) else (index,)
        if first is Ellipsis or first is None:
            return self[:][index]
        numbers = np.arange(len(self))[first]  # an IndexError where there is no such frame
        wanted, places = np.unique(numbers, return_inverse=True)
        runs = (
            np.split(wanted, 1 + np.flatnonzero(np.diff(wanted) > self.gap)) if wanted.size else []
        )
        parts = [self.read(int(run[0]), int(run[-1]))[run - run[0]] for run in runs]
        frames = np.concatenate(parts) if parts else np.zeros((0, *self.shape[1:]), self.dtype)
        frames = frames[places.reshape(numbers.shape)]
        return frames[(slice(None),) * numbers.ndim + tuple(rest)]
