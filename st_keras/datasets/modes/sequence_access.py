"""One way to read sequences by number from datasets that offer different ones."""

import numpy as np

from st_keras.datasets.moving_digits import MovingDigits
from st_keras.validation import error

_BY_SEQUENCE = ("sequences", "num_sequences", "num_frames", "image_shape")
_BY_WINDOW = ("window", "num_windows", "context_length", "horizon", "image_shape")


class SequenceAccess:
    """Sequences of a dataset by number; a fixed set starts over when it runs out.

    Args:
        where: str. Who asks; the errors begin with it.
        name: str, of the dataset in errors.
        dataset: anything with `sequences(start, count)`, `num_sequences` (None if endless),
            `num_frames` and `image_shape`, as `MovingDigits` and `MixedModes`; or with
            `window(i)`, `num_windows`, `context_length`, `horizon` and `image_shape`, as
            `SequenceDataset`.

    Attributes:
        dataset: as given.
        image_shape: (H, W, C).
        num_frames: int, frames T per sequence.
        num_sequences: int, or None if endless.
        value_range: (low, high) in the data's units, or None where the dataset has none.

    Raises:
        ValueError: if the dataset is neither, or has no sequences.

    Example:
    >>> access = SequenceAccess("doc", "digits", MovingDigits(num_sequences=3))
    >>> access.num_frames, access.value_range
    (20, (0.0, 1.0))
    >>> bool((access.read([0, 3]) == access.read([0, 0])).all())
    True
    """

    def __init__(self, where, name, dataset):
        self._has_windows = all(hasattr(dataset, attribute) for attribute in _BY_WINDOW)
        if not self._has_windows and not all(hasattr(dataset, a) for a in _BY_SEQUENCE):
            raise error(
                where,
                f"{name!r} of type {type(dataset).__name__}",
                f"a dataset with {', '.join(_BY_SEQUENCE)}, or with {', '.join(_BY_WINDOW)}",
                "Pass MovingDigits, MixedModes or a SequenceDataset made from your array.",
            )
        self.dataset = dataset
        self.image_shape = tuple(dataset.image_shape)
        if self._has_windows:
            self.num_frames = dataset.context_length + dataset.horizon
            self.num_sequences = dataset.num_windows
        else:
            self.num_frames = dataset.num_frames
            self.num_sequences = dataset.num_sequences
        if self.num_sequences == 0:
            raise error(
                where,
                f"{name!r} without a sequence",
                "at least one sequence in every dataset",
                f"Leave {name!r} out, or give it more frames.",
            )
        known = (0.0, 1.0) if isinstance(dataset, MovingDigits) else None
        self.value_range = getattr(dataset, "value_range", known)

    def read(self, numbers):
        """Read sequences by number.

        Args:
            numbers: ints of at least 0, (n,); of a fixed set modulo its size.

        Returns:
            float32 (n, T, H, W, C).
        """
        numbers = np.asarray(numbers, "int64")
        if self.num_sequences is not None:
            numbers = numbers % self.num_sequences
        if self._has_windows:
            return np.stack([self.dataset.window(int(i)) for i in numbers])
        # In one call as far as the numbers follow one another.
        runs = np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1)
        return np.concatenate([self.dataset.sequences(int(run[0]), len(run)) for run in runs])
