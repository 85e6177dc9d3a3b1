"""A field that stands once in each of many files, as frames: that of its file in each."""

import numpy as np


class FieldsOfFiles:
    """Frames (T, H, W), each of which is the field of the file that it belongs to.

    Args:
        fields: array (F, H, W), or what has `shape`, `dtype` and slicing: the field of each file.
        files: int array (T,), which file each frame belongs to.

    Example:

    >>> fields = FieldsOfFiles(np.arange(2)[:, None, None] * np.ones((1, 3, 4)), [0, 0, 1, 1, 1])
    >>> fields.shape, fields[1:4, 0, :2].tolist()
    ((5, 3, 4), [[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    """

    def __init__(self, fields, files):
        self._fields, self._files = fields, np.asarray(files)
        self.shape = (len(self._files), *map(int, fields.shape[1:]))
        self.dtype = np.dtype(fields.dtype)

    def __getitem__(self, index):
        frames, *pixels = index if isinstance(index, tuple) else (index,)
        files = self._files[frames]
        distinct, which = np.unique(files, return_inverse=True)
        read = [np.asarray(self._fields[(slice(k, k + 1), *pixels)]) for k in distinct.tolist()]
        none = np.empty((0, *self.shape[1:]), self.dtype)[(slice(None), *pixels)]
        return np.concatenate([*read, none])[which.reshape(files.shape)]


def field_of_each_frame(fields, frames):
    """Return the fields of files beside frames of the same files.

    Args:
        fields: `Frames` without times, of one frame for each file.
        frames: `Frames` of several frames for each file.

    Returns:
        `FieldsOfFiles`; None where they are not such.
    """
    names = [fields.sources[k] for k in range(len(fields.sources))]
    numbers = {name: k for k, name in enumerate(names)}
    if fields.axes != "THW" or fields.times is not None or not names:
        return None
    if not len(numbers) == len(names) == fields.shape[0] or not len(frames.sources):
        return None
    files = [numbers.get(frames.sources[t]) for t in range(len(frames.sources))]
    return None if None in files else FieldsOfFiles(fields.values, files)
