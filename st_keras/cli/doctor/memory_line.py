"""Peak memory as a line in the batch size, fitted to a few measured ones."""

import dataclasses

import numpy as np

from st_keras.validation import error

MARGIN = 0.1  # of the memory available, kept free


@dataclasses.dataclass(frozen=True)
class MemoryLine:
    """Peak memory of a training step: `fixed_bytes + sample_bytes * batch_size`.

    Args:
        fixed_bytes: float. Libraries, weights, gradients, optimizer, program.
        sample_bytes: float >= 0. Frames and activations of one sample.

    Example:

    >>> line = MemoryLine(600e6, 50e6)
    >>> line.at(8), line.largest_batch(1.2e9)
    (1000000000.0, 9)
    """

    fixed_bytes: float
    sample_bytes: float

    def at(self, batch_size):
        """Return the predicted peak in bytes, a float."""
        return self.fixed_bytes + self.sample_bytes * batch_size

    def largest_batch(self, available_bytes, margin=MARGIN):
        """Return the largest batch that fits, an int; 0 if none does, None if nothing limits it.

        Args:
            available_bytes: float.
            margin: float in [0, 1). The part of it to be kept free. Default 0.1.
        """
        room = (1.0 - margin) * available_bytes - self.fixed_bytes
        if room < self.sample_bytes:
            return 0
        # Samples that cost less than can be told apart set no limit worth printing.
        return int(room // self.sample_bytes) if self.sample_bytes > 0 else None


def fitted_line(peaks):
    """Return the `MemoryLine` through measured peaks (least squares).

    Args:
        peaks: dict from batch size to peak in bytes, at least two.

    Raises:
        ValueError: for fewer than two batch sizes.

    Example:

    >>> fitted_line({1: 700.0, 3: 900.0})
    MemoryLine(fixed_bytes=600.0, sample_bytes=100.0)
    """
    if len(peaks) < 2:
        raise error(
            "fitted_line",
            f"the peaks of {len(peaks)} batch size(s)",
            "those of at least two",
            "Measure another batch size.",
        )
    batches, values = np.array(sorted(peaks.items()), "float64").T
    centred = batches - batches.mean()
    slope = max(float(np.dot(centred, values) / np.dot(centred, centred)), 0.0)
    return MemoryLine(round(float(values.mean() - slope * batches.mean()), 3), round(slope, 3))
