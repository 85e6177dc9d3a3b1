"""What every mixture of modes offers: sequences, their labels, and each mode alone."""

import abc
import copy
import hashlib
import math

import numpy as np
import tensorflow as tf

from st_keras.datasets.batch_pipeline import batch_pipeline
from st_keras.datasets.modes.mode_order import mode_order, sequences_of_mode
from st_keras.validation import check_int, check_one_of, error


class ModeSource(abc.ABC):
    """Sequences of several modes, balanced: each block of as many as there are modes has all.

    A subclass sets the attributes and reads the sequences of one mode by their rank.

    Attributes:
        members: dict from the name of a mode to what its sequences are made from.
        image_shape: (H, W, C).
        num_frames: int, frames T per sequence.
        num_sequences: int, or None for an endless stream.
        seed: int, of the order of the modes.

    Example:
    >>> class Greys(ModeSource):
    ...     members, image_shape, num_frames = {"dark": 0, "bright": 100}, (1, 1, 1), 2
    ...     num_sequences, seed = 6, 0
    ...     def read_mode(self, mode, first, count):
    ...         grey = self.members[mode] + np.arange(first, first + count, dtype="float32")
    ...         return grey[:, None, None, None, None] * np.ones((2, 1, 1, 1), "float32")
    ...     def card(self):
    ...         return {"modes": list(self.modes)}
    >>> greys = Greys()
    >>> greys.only("bright").sequences(0, 3)[:, 0, 0, 0, 0].tolist()
    [100.0, 101.0, 102.0]
    >>> frames, labels = greys.as_dataset(batch_size=6, labels=True).get_single_element()
    >>> bool(((frames[:, 0, 0, 0, 0].numpy() >= 100) == (labels.numpy() == 1)).all())
    True
    """

    members: dict
    image_shape: tuple
    num_frames: int
    num_sequences: int | None
    seed: int

    @abc.abstractmethod
    def read_mode(self, mode, first, count):
        """Read the sequences of one mode with the ranks `first` to `first + count - 1`.

        Args:
            mode: str, one of `modes`.
            first: int of at least 0.
            count: int of at least 1.

        Returns:
            float32 (count, T, H, W, C), a pure function of the arguments.
        """

    @abc.abstractmethod
    def card(self):
        """Describe the data for a run record, as a dict of JSON values."""

    @property
    def modes(self):
        """Names of the modes, a tuple; labels are positions in it."""
        return tuple(self.members)

    def sequences(self, start, count):
        """Read the sequences `start` to `start + count - 1`.

        Args:
            start: int of at least 0.
            count: int of at least 1.

        Returns:
            float32 (count, T, H, W, C).

        Raises:
            ValueError: if the range is not within the set.
        """
        labels = self.mode_labels(start, count)
        ranks = np.arange(start, start + count) // len(self.members)
        frames = np.empty((count, self.num_frames, *self.image_shape), "float32")
        for label, mode in enumerate(self.modes):
            rows = np.flatnonzero(labels == label)
            if rows.size:
                # The ranks of a mode follow one another: every block has one of its sequences.
                frames[rows] = self.read_mode(mode, int(ranks[rows[0]]), rows.size)
        return frames

    def mode_labels(self, start, count):
        """Return the modes of the sequences `start` to `start + count - 1`.

        Args:
            start: int of at least 0.
            count: int of at least 1.

        Returns:
            int64 (count,): positions in `modes`.

        Raises:
            ValueError: if the range is not within the set.
        """
        where = type(self).__name__
        start = check_int(where, "start", start, 0)
        count = check_int(where, "count", count, 1)
        if self.num_sequences is not None and start + count > self.num_sequences:
            raise error(
                where,
                f"sequences {start} to {start + count - 1}",
                f"numbers below num_sequences={self.num_sequences}",
                "Ask for fewer, or build with a larger num_sequences.",
            )
        return mode_order(len(self.members), self.seed, start, count)

    def only(self, mode):
        """Take the sequences of one mode out of the mixture, in their order.

        Args:
            mode: str, one of `modes`.

        Returns:
            A source of the same class with that mode alone; endless if this one is, else with
            as many sequences as this one has of the mode.

        Raises:
            ValueError: if there is no such mode, or a fixed set is too small to have any of it.
        """
        where = f"{type(self).__name__}.only"
        check_one_of(where, "mode", mode, self.modes)
        alone = copy.copy(self)
        alone.members = {mode: self.members[mode]}
        if self.num_sequences is not None:
            counted = (self.modes.index(mode), self.num_sequences)
            alone.num_sequences = sequences_of_mode(len(self.members), self.seed, *counted)
            if alone.num_sequences == 0:
                raise error(
                    where,
                    f"mode={mode!r}, of which {self.num_sequences} sequences hold none",
                    "a mixture with at least one sequence of it",
                    f"Build with num_sequences={len(self.members)} or more.",
                )
        return alone

    def as_dataset(self, batch_size, prefetch=True, first_batch=0, labels=False):
        """Make a `tf.data.Dataset` of batches, in the order of the sequence numbers.

        Args:
            batch_size: int.
            prefetch: bool. Read the next batches while the model computes. Default True.
            first_batch: int. Batch to begin with, to go on where an endless stream stopped;
                costs nothing, however large. Default 0.
            labels: bool. Give `(frames, labels)` instead of frames; for evaluation, since `fit`
                would take the labels as targets. Default False.

        Returns:
            Elements `frames`: float32 (B, T, H, W, C), and `labels`: int64 (B,), positions in
            `modes`. A fixed set has a length and keeps its last, smaller batch; an endless one
            has full batches only: give `steps_per_epoch` to `fit`.

        Raises:
            ValueError: if an argument is out of its range.
        """
        where = f"{type(self).__name__}.as_dataset"
        batch_size = check_int(where, "batch_size", batch_size, 1)
        first_batch = check_int(where, "first_batch", first_batch, 0)
        total = self.num_sequences
        if total is not None and first_batch:
            raise error(
                where,
                f"first_batch={first_batch} for a fixed set",
                "first_batch=0 unless num_sequences=None",
                "Use dataset.skip(n) on a fixed set.",
            )

        def span(batch):
            start = batch * batch_size
            stop = start + batch_size if total is None else min(start + batch_size, total)
            return start, stop - start

        def read_frames(epoch, batch):
            return self.sequences(*span(batch))

        def read_labels(epoch, batch):
            return self.mode_labels(*span(batch)).astype("float32")

        size = batch_size if total is None or total % batch_size == 0 else None
        shape = (size, self.num_frames, *self.image_shape)
        num_batches = None if total is None else math.ceil(total / batch_size)
        frames = batch_pipeline(read_frames, shape, num_batches, first_batch, prefetch)
        if not labels:
            return frames
        numbers = batch_pipeline(read_labels, (size,), num_batches, first_batch, prefetch=False)
        # The pipeline knows float32 alone; labels are small whole numbers, exact in it.
        numbers = numbers.map(lambda label: tf.cast(label, tf.int64))
        return tf.data.Dataset.zip((frames, numbers))


def name_key(name):
    """Whole number that belongs to a name, the same on every machine, to seed a stream with.

    Example:
    >>> name_key("one_digit") != name_key("two_digits")
    True
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def check_names(where, argument, names):
    """Raise `ValueError` unless all names are strings that are not empty.

    Example:
    >>> check_names("doc", "modes", ["slow", "fast"])
    """
    for name in names:
        if not isinstance(name, str) or not name:
            raise error(
                where,
                f"{argument} with the name {name!r}",
                "names that are strings, not empty",
                f"Name every entry of {argument} by a string.",
            )
