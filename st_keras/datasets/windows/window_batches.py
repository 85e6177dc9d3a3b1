"""Batches of windows by number: in which order, and which of them a worker reads."""

import math

import numpy as np

from st_keras.datasets.batch_pipeline import batch_pipeline, epoch_order
from st_keras.validation import check_int, error


def window_batches(
    where,
    read,
    num_windows,
    window_shape,
    batch_size,
    shuffle=False,
    seed=0,
    repeat=False,
    first_batch=0,
    shard=None,
    num_parallel_reads=1,
    draws=None,
):
    """Make a `tf.data.Dataset` of batches of windows.

    The order is a pure function of (seed, epoch): a new permutation in every epoch with `shuffle`,
    ascending without.

    Args:
        where: str. Who asks; an error begins with it.
        read: function of an int64 array (k,) of numbers of windows -> float32 (k, *window_shape).
            Called from several threads at once where `num_parallel_reads` is above 1.
        num_windows: int of at least 1.
        window_shape: tuple of ints, (T, H, W, C). A list of such where `read` returns a tuple of
            arrays, which the elements are then.
        batch_size: int of at least 1, windows of a batch, of all workers together.
        shuffle, seed, repeat, first_batch: as of `SequenceDataset.as_dataset`.
        shard: pair of ints (index, count): only the rows of each batch that belong to this one of
            `count` equal replicas, as `rows_of_shard` says; no other window is read. Default None:
            all rows.
        num_parallel_reads: int of at least 1, as of `batch_pipeline`. Default 1.
        draws: `WindowDraws`: windows are drawn by their chances, whatever `shuffle` says, each
            batch a pure function of (seed, epoch, batch). Default None.

    Returns:
        Dataset of float32 (B, *window_shape); of (frames, None, weights (B,)) with draws that are
        weighted.

    Raises:
        ValueError: if an argument is out of its range, or a full batch has no row for the shard.

    Example:

    >>> numbers = lambda chosen: chosen.astype("float32")
    >>> data = window_batches("doc", numbers, 5, (), 4, repeat=True, shard=(1, 2))
    >>> [batch.numpy().tolist() for batch in data.take(2)]
    [[2.0, 3.0], [1.0, 2.0]]
    """
    batch_size = check_int(where, "batch_size", batch_size, 1)
    seed = check_int(where, "seed", seed, 0)
    first_batch = check_int(where, "first_batch", first_batch, 0)
    num_parallel_reads = check_int(where, "num_parallel_reads", num_parallel_reads, 1)
    if first_batch and not repeat:
        raise error(
            where,
            f"first_batch={first_batch} with repeat=False",
            "first_batch=0 unless repeat=True",
            "Pass repeat=True, or use dataset.skip(n).",
        )
    index, count = _checked_shard(where, shard, batch_size)

    def read_batch(epoch, batch):
        places = np.arange(batch * batch_size, (batch + 1) * batch_size)
        if not repeat:
            places = places[places < num_windows]
        own = slice(*rows_of_shard(len(places), index, count))
        if draws is not None:
            numbers = draws.numbers(seed, epoch, batch, batch_size)[: len(places)][own]
            return (read(numbers), draws.weights(numbers)) if draws.weighted else read(numbers)
        places = places[own]
        epochs, numbers = epoch + places // num_windows, places % num_windows
        if shuffle:
            orders = {e: epoch_order(num_windows, seed, e) for e in set(epochs.tolist())}
            numbers = [orders[e][i] for e, i in zip(epochs.tolist(), numbers, strict=True)]
        return read(np.asarray(numbers, "int64"))

    full = repeat or num_windows % batch_size == 0
    start, stop = rows_of_shard(batch_size, index, count)
    rows = stop - start if full else None
    several = isinstance(window_shape, list)
    shape = [(rows, *each) for each in window_shape] if several else (rows, *window_shape)
    num_batches = None if repeat else math.ceil(num_windows / batch_size)
    weighted = draws is not None and draws.weighted
    shapes = [shape, shape[:1]] if weighted else shape
    dataset = batch_pipeline(
        read_batch, shapes, num_batches, first_batch, num_parallel_reads=num_parallel_reads
    )
    return dataset.map(lambda frames, weights: (frames, None, weights)) if weighted else dataset


def rows_of_shard(num_rows, index, count):
    """Return (start, stop), the rows of a batch that belong to one of `count` replicas.

    Rows are handed out in order, and no two replicas differ by more than one.

    Args:
        num_rows: int, of the batch.
        index: int from 0 to count - 1.
        count: int of at least 1.

    Example:

    >>> [rows_of_shard(5, index, 2) for index in range(2)]
    [(0, 2), (2, 5)]
    """
    return index * num_rows // count, (index + 1) * num_rows // count


def _checked_shard(where, shard, batch_size):
    if shard is None:
        return 0, 1
    try:
        index, count = (int(number) for number in shard)
        fits = 0 <= index < count and (index, count) == tuple(shard)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise error(
            where,
            f"shard={shard!r}",
            "a pair (index, count) of whole numbers, 0 <= index < count",
            "Pass shard=(0, 1) for all rows, or leave it out.",
        )
    if batch_size < count:
        raise error(
            where,
            f"batch_size={batch_size} for {count} shards",
            "at least one row for each",
            f"Pass batch_size={count} or more: it is that of all together.",
        )
    return index, count
