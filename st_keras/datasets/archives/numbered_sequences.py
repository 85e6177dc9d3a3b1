"""Sequences by number, of what reads some frames of one of them at a time: records, events."""

import numpy as np

from st_keras.datasets.archives.frame_numbers import NumberedFrames


class NumberedSequences:
    """Sequences (N, T, ...) of equal length that a function reads.

    Args:
        read: function of the number of a sequence, the first and the last of its frames, both
            included, that returns these frames. It is called from several threads at once.
        shape: (N, T, ...).
        dtype: of the frames. Default "uint8".

    Example:

    >>> counted = NumberedSequences(lambda n, a, b: 10 * n + np.arange(a, b + 1), (3, 5), "int64")
    >>> counted.shape, counted[2, 1:4].tolist(), counted[:2, -1].tolist()
    ((3, 5), [21, 22, 23], [4, 14])
    """

    def __init__(self, read, shape, dtype="uint8"):
        self.read, self.shape, self.dtype = read, tuple(map(int, shape)), np.dtype(dtype)

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, index):
        first, *rest = index if isinstance(index, tuple) else (index,)
        rest = tuple(rest) or (slice(None),)
        numbers = np.arange(len(self))[first]  # an IndexError where there is no such sequence
        if not numbers.ndim:
            return self._frames(int(numbers))[rest]
        parts = [self._frames(int(n))[rest] for n in numbers]
        return np.stack(parts) if parts else np.empty((0, *self.shape[1:]), self.dtype)

    def _frames(self, n):
        def read(first, last):
            return self.read(n, first, last)

        return NumberedFrames(read, self.shape[1:], self.dtype, gap=self.shape[1])
