"""Moving digits: the procedural benchmark that needs no download."""

import hashlib
import math
import pathlib

import numpy as np

from st_keras.datasets.batch_pipeline import batch_pipeline
from st_keras.datasets.digit_images import SPLITS, load_digit_images
from st_keras.validation import check_int, error

# Of the unit square that the free range is scaled to, per frame.
_STEP_LENGTH = 0.1


class MovingDigits:
    """Sequences of digits that move straight and bounce off the walls (Moving MNIST [1]).

    A digit starts uniformly in the unit square, in a direction uniform on the circle, and moves
    0.1 of the square per frame. The square is scaled to the range that keeps the digit inside
    the image, 36 pixels for a 28x28 digit in 64x64, and positions are rounded to pixels. Where
    a step would leave the square, the digit stops at the wall and that component of its
    direction flips. Digits overlap by the maximum of their greys.

    Sequence `i` is a pure function of (source, split, seed, i) and of the sizes: batch size,
    machine and the time of asking do not change it. Splits use disjoint images and different
    random numbers.

    Args:
        source: "sklearn" (default, needs no file), the path of an npz such as MNIST's, or a
            uint8 array (N, h, w); see `load_digit_images`.
        split: "train" (default), "validation" or "test".
        num_digits: int, 1 to 3. Digits per sequence. Default 2.
        image_size: int or (H, W). Larger than a digit. Default 64.
        num_frames: int. Frames T per sequence, context and horizon together. Default 20.
        num_sequences: int for a fixed set, or None (default) for an endless stream.
        seed: int of at least 0. Default 0.

    Raises:
        ValueError: if an argument is out of its range or the source cannot be read.

    Differs from the published generator: positions are rounded, not cut down, to pixels, which
    removes a drift of half a pixel; every sequence has its own random stream.

    Example:
    >>> digits = MovingDigits(num_digits=2, image_size=64, num_frames=20, seed=1)
    >>> batch = next(iter(digits.as_dataset(batch_size=8)))
    >>> tuple(batch.shape), float(batch[0].numpy().max())
    ((8, 20, 64, 64, 1), 1.0)
    >>> len(MovingDigits(split="test", num_sequences=20).as_dataset(batch_size=8))
    3

    References:
        [1] Srivastava, Mansimov, Salakhutdinov: Unsupervised Learning of Video Representations
            using LSTMs, ICML 2015, https://arxiv.org/abs/1502.04681
    """

    def __init__(
        self,
        source="sklearn",
        split="train",
        num_digits=2,
        image_size=64,
        num_frames=20,
        num_sequences=None,
        seed=0,
    ):
        where = "MovingDigits"
        self.num_digits = check_int(where, "num_digits", num_digits, 1)
        if self.num_digits > 3:
            raise error(
                where, f"num_digits={num_digits}", "1, 2 or 3", "Pass num_digits=3 at most."
            )
        self.num_frames = check_int(where, "num_frames", num_frames, 1)
        self.seed = check_int(where, "seed", seed, 0)
        self.num_sequences = num_sequences
        if num_sequences is not None:
            self.num_sequences = check_int(where, "num_sequences", num_sequences, 1)
        self.image_size = _check_pair(where, image_size)
        self.images, _ = load_digit_images(source, split)
        self.digit_size = self.images.shape[1:]
        if any(size <= box for size, box in zip(self.image_size, self.digit_size, strict=True)):
            raise error(
                where,
                f"image_size={self.image_size} for digits of {self.digit_size}",
                "an image larger than a digit along both axes, or nothing can move",
                f"Pass image_size={max(self.digit_size) + 1} or more.",
            )
        self.source = "array" if isinstance(source, np.ndarray) else str(source)
        self.split = split

    @property
    def image_shape(self):
        """Shape of a frame, (H, W, 1)."""
        return (*self.image_size, 1)

    def as_dataset(self, batch_size, prefetch=True, first_batch=0):
        """Make a `tf.data.Dataset` of batches, in the order of the sequence numbers.

        Args:
            batch_size: int.
            prefetch: bool. Draw the next batches while the model computes. Default True.
            first_batch: int. Batch to begin with, to go on where an endless stream stopped;
                costs nothing, however large. Default 0.

        Returns:
            Elements `frames`: float32 (B, T, H, W, 1) in [0, 1]. A fixed set has a length and
            keeps its last, smaller batch; an endless one has full batches only: give
            `steps_per_epoch` to `fit`.

        Raises:
            ValueError: if an argument is out of its range.
        """
        where = "MovingDigits.as_dataset"
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

        def read_batch(epoch, batch):
            start = batch * batch_size
            stop = start + batch_size if total is None else min(start + batch_size, total)
            return self.sequences(start, stop - start)

        full = total is None or total % batch_size == 0
        shape = (batch_size if full else None, self.num_frames, *self.image_shape)
        num_batches = None if total is None else math.ceil(total / batch_size)
        return batch_pipeline(read_batch, shape, num_batches, first_batch, prefetch)

    def sequences(self, start, count):
        """Draw the sequences `start` to `start + count - 1`.

        Args:
            start: int of at least 0.
            count: int of at least 1.

        Returns:
            float32 (count, T, H, W, 1) in [0, 1].

        Raises:
            ValueError: if the range is not within the set.
        """
        chosen, corners = self._draw(start, count)
        frames = np.zeros((count, self.num_frames, *self.image_size), "uint8")
        boxes = np.lib.stride_tricks.sliding_window_view(
            frames, self.digit_size, axis=(2, 3), writeable=True
        )
        sequence = np.arange(count)[:, None]
        frame = np.arange(self.num_frames)[None, :]
        for k in range(self.num_digits):
            box = (sequence, frame, corners[:, k, :, 0], corners[:, k, :, 1])
            digit = self.images[chosen[:, k], None]
            boxes[box] = np.maximum(boxes[box], digit)
        return (frames / np.float32(255))[..., None]

    def corners(self, start, count):
        """Positions of the digits of sequences `start` to `start + count - 1`.

        Args:
            start: int of at least 0.
            count: int of at least 1.

        Returns:
            int64 (count, num_digits, T, 2): row and column of the upper left pixel of a digit.

        Raises:
            ValueError: if the range is not within the set.
        """
        return self._draw(start, count)[1]

    def card(self):
        """Describe the data for a run record.

        Returns:
            dict of JSON values: generator, source, split, seed, sizes, the number of digit
            images to draw from and the SHA-256 of their pixels.
        """
        return {
            "generator": "MovingDigits",
            "source": pathlib.PurePath(self.source).name,
            "split": self.split,
            "seed": self.seed,
            "num_digits": self.num_digits,
            "image_size": list(self.image_size),
            "digit_size": list(self.digit_size),
            "num_frames": self.num_frames,
            "num_sequences": self.num_sequences,
            "num_digit_images": len(self.images),
            "digit_images_sha256": hashlib.sha256(self.images.tobytes()).hexdigest(),
        }

    def __repr__(self):
        return (
            f"MovingDigits(source={self.source!r}, split={self.split!r}, "
            f"num_digits={self.num_digits}, image_size={self.image_size}, "
            f"num_frames={self.num_frames}, num_sequences={self.num_sequences}, "
            f"seed={self.seed})"
        )

    def _draw(self, start, count):
        start = check_int("MovingDigits", "start", start, 0)
        count = check_int("MovingDigits", "count", count, 1)
        if self.num_sequences is not None and start + count > self.num_sequences:
            raise error(
                "MovingDigits",
                f"sequences {start} to {start + count - 1}",
                f"numbers below num_sequences={self.num_sequences}",
                "Ask for fewer, or build with a larger num_sequences.",
            )
        chosen = np.empty((count, self.num_digits), "int64")
        position = np.empty((count, self.num_digits, 2))
        angle = np.empty((count, self.num_digits))
        for i in range(count):
            # A stream of its own for each sequence, so that no draw depends on a neighbour.
            rng = np.random.default_rng((self.seed, SPLITS.index(self.split), start + i))
            chosen[i] = rng.integers(len(self.images), size=self.num_digits)
            position[i] = rng.random((self.num_digits, 2))
            angle[i] = rng.uniform(0, 2 * np.pi, self.num_digits)
        step = _STEP_LENGTH * np.stack([np.sin(angle), np.cos(angle)], axis=-1)
        track = np.empty((count, self.num_digits, self.num_frames, 2))
        for t in range(self.num_frames):
            track[:, :, t] = position
            moved = position + step
            position = np.clip(moved, 0.0, 1.0)
            step = np.where(position == moved, step, -step)
        free = np.subtract(self.image_size, self.digit_size)
        return chosen, np.rint(free * track).astype("int64")


def _check_pair(where, image_size):
    pair = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    if len(pair) != 2:
        raise error(
            where, f"image_size={image_size!r}", "an int or (height, width)", "Pass image_size=64."
        )
    return tuple(check_int(where, "image_size", size, 1) for size in pair)
