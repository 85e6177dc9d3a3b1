"""What every source of frame pairs offers: SlowVAE trains on pairs and is scored on images."""

import abc

import numpy as np

from st_keras.datasets.batch_pipeline import batch_pipeline
from st_keras.validation import check_int

PAIR = 2  # frames per element: x_t and x_{t+1}


class PairSource(abc.ABC):
    """Pairs of frames `(x_t, x_{t+1})` with their factors of variation.

    A subclass sets the attributes and draws pairs and single images from a NumPy generator.

    Attributes:
        name: str, for tables and run records.
        image_shape: `(H, W, C)`.
        factor_names: tuple of str, one name per column of the factors.
        factor_sizes: tuple of int, values per factor; None where factors are continuous.
        scored_factors: tuple of str, the factors that scores compare codes with. All by default.

    Example:
    >>> class Noise(PairSource):
    ...     name, image_shape, factor_names, factor_sizes = "noise", (4, 4, 1), ("grey",), None
    ...     def draw_pairs(self, count, generator):
    ...         factors = generator.random((count, 2, 1))
    ...         return np.uint8(255 * factors[..., None, None] * np.ones((4, 4, 1))), factors
    ...     def draw_images(self, count, generator):
    ...         frames, factors = self.draw_pairs(count, generator)
    ...         return frames[:, 0], factors[:, 0]
    >>> frames = next(iter(Noise().as_dataset(batch_size=8)))
    >>> tuple(frames.shape), float(frames.numpy().max()) <= 1.0
    ((8, 2, 4, 4, 1), True)
    """

    name: str
    image_shape: tuple
    factor_names: tuple
    factor_sizes: tuple | None

    @property
    def scored_factors(self):
        """Names of the factors that scores compare codes with."""
        return self.factor_names

    @abc.abstractmethod
    def draw_pairs(self, count, generator):
        """Draw pairs of neighbouring frames.

        Args:
            count: int. Number of pairs.
            generator: `numpy.random.Generator`.

        Returns:
            `(frames, factors)`: uint8 (count, 2, H, W, C), 0 to 255, and numbers
            (count, 2, factors): int64 indices on a grid, float64 where continuous.
        """

    @abc.abstractmethod
    def draw_images(self, count, generator):
        """Draw single images, as scores need them.

        Args:
            count: int. Number of images.
            generator: `numpy.random.Generator`.

        Returns:
            `(images, factors)`: uint8 (count, H, W, C) and numbers (count, factors).
        """

    def as_dataset(self, batch_size=32, seed=0, num_batches=None, first_batch=0):
        """Return pairs as a `tf.data.Dataset` for `SlowVAE.fit`.

        Batch `b` of epoch `e` is a pure function of `(seed, e, b)`.

        Args:
            batch_size: int, pairs per batch. Default 32: 64 images, as published.
            seed: int of at least 0. Default 0.
            num_batches: int, batches per epoch, or None (default) for an endless dataset.
            first_batch: int, the batch that an endless dataset begins with. Default 0.

        Returns:
            Dataset of frames, float32 (batch_size, 2, H, W, C) in [0, 1].

        Raises:
            ValueError: if a number is below 1 (`seed`, `first_batch`: below 0).
        """
        where = f"{type(self).__name__}.as_dataset"
        check_int(where, "batch_size", batch_size, 1)
        check_int(where, "seed", seed, 0)
        check_int(where, "first_batch", first_batch, 0)
        if num_batches is not None:
            check_int(where, "num_batches", num_batches, 1)

        def read_batch(epoch, batch):
            generator = np.random.default_rng((seed, epoch, batch))
            frames, _ = self.draw_pairs(batch_size, generator)
            return frames.astype("float32") / np.float32(255)

        shape = (batch_size, PAIR, *self.image_shape)
        return batch_pipeline(read_batch, shape, num_batches, first_batch)

    def card(self):
        """Return what identifies the data, as a JSON-ready dict for run records."""
        return {
            "name": self.name,
            "image_shape": list(self.image_shape),
            "factor_names": list(self.factor_names),
            "factor_sizes": None if self.factor_sizes is None else list(self.factor_sizes),
        }

    def __repr__(self):
        return f"<{type(self).__name__} {self.name} {self.image_shape}: {self.factor_names}>"
