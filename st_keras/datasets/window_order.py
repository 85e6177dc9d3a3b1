"""Which windows are in which batch: a pure function of (seed, epoch)."""

import dataclasses
import math

import numpy as np

from st_keras.datasets.batch_pipeline import epoch_order


@dataclasses.dataclass(frozen=True)
class WindowOrder:
    """The windows of each batch, by number.

    Args:
        num_windows, batch_size: ints.
        shuffle: bool. A new permutation in every epoch; else ascending.
        seed: int, of the permutations.
        repeat: bool. Endless full batches, in which epochs follow one another without a seam; else
            one pass, whose last batch may be smaller.

    Example:

    >>> order = WindowOrder(5, 2, shuffle=False, seed=0, repeat=False)
    >>> order.num_batches, order.numbers(epoch=0, batch=2)
    (3, [4])
    """

    num_windows: int
    batch_size: int
    shuffle: bool
    seed: int
    repeat: bool

    @property
    def num_batches(self):
        """Batches of an epoch; None: endless."""
        return None if self.repeat else math.ceil(self.num_windows / self.batch_size)

    def numbers(self, epoch, batch):
        """Return the numbers of the windows in a batch, a list of ints."""
        places = np.arange(batch * self.batch_size, (batch + 1) * self.batch_size)
        if not self.repeat:
            places = places[places < self.num_windows]
        epochs, numbers = epoch + places // self.num_windows, places % self.num_windows
        if self.shuffle:
            numbers = [
                epoch_order(self.num_windows, self.seed, int(e))[i]
                for e, i in zip(epochs, numbers, strict=True)
            ]
        return [int(number) for number in numbers]
