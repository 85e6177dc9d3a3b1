"""The one way in which batches that NumPy computes by number become a `tf.data.Dataset`."""

import functools
import itertools

import numpy as np
import tensorflow as tf

READY = 2  # batches that wait for the consumer


def batch_pipeline(
    read_batch,
    batch_shape,
    num_batches=None,
    first_batch=0,
    prefetch=True,
    num_parallel_reads=1,
):
    """Make a dataset of float32 batches from a function of the batch number.

    Batches come in the order of their numbers, however many are read at once, and what
    `read_batch` raises comes in the place of its batch. At most `num_parallel_reads` + 2 batches
    are in memory beside those of the consumer, without `prefetch` `num_parallel_reads`. Threads
    and batches are those of an iterator, and go with it.

    Args:
        read_batch: `f(epoch, batch)` -> float32 array, or a tuple of them, a pure function of two
            ints. `epoch` counts how often the dataset has been iterated before, 0 for the first
            time; an endless dataset is always in epoch 0.
        batch_shape: static shape of a batch; None where it varies. A list of shapes where
            `read_batch` returns a tuple, which the elements are then.
        num_batches: int, batches per epoch, known to `len(dataset)`; None, the default, makes
            an endless dataset.
        first_batch: int. The batch that an endless dataset begins with. Default 0.
        prefetch: bool. Prepare batches while the consumer computes. Default True.
        num_parallel_reads: int of at least 1, batches read at the same time, each in a thread of
            its own: `read_batch` is called from several at once. It gains where reading waits, for
            a disk or a network, or is done outside Python's lock, as decompression is. With
            TensorFlow's determinism an endless dataset reads so, one with epochs in turn. Default
            1: one after the other.

    Returns:
        A `tf.data.Dataset`.

    Example:
    >>> data = batch_pipeline(lambda e, b: np.full((2,), 10 * e + b, "float32"), (2,), 3)
    >>> [int(batch[0]) for _ in range(2) for batch in data]
    [0, 1, 2, 10, 11, 12]
    """
    if num_batches is None:
        numbers = endless_numbers(first_batch)
        numbers = numbers.map(lambda batch: (tf.zeros((), tf.int64), batch))
        cardinality = tf.data.INFINITE_CARDINALITY
    else:
        epochs = itertools.count()
        # One draw per iterator, and not a counter that the batches share: two iterators over
        # the same dataset (Keras opens one just to learn the shapes) must not mix epochs.
        numbers = tf.data.Dataset.from_tensors(0).map(
            lambda _: _scalar(tf.numpy_function(lambda: np.int64(next(epochs)), [], tf.int64))
        )
        numbers = numbers.flat_map(
            lambda epoch: tf.data.Dataset.range(num_batches).map(lambda batch: (epoch, batch))
        )
        cardinality = num_batches

    several = num_parallel_reads > 1
    shapes = batch_shape if isinstance(batch_shape, list) else [batch_shape]

    def read(epoch, batch):
        arrays = tf.numpy_function(
            lambda e, b: read_batch(int(e), int(b)),
            [epoch, batch],
            [tf.float32] * len(shapes) if shapes is batch_shape else tf.float32,
            # A pure function; TensorFlow's determinism would read one with state in turn.
            stateful=not several,
        )
        arrays = arrays if shapes is batch_shape else [arrays]
        for array, shape in zip(arrays, shapes, strict=True):
            array.set_shape(shape)
        return tuple(arrays) if shapes is batch_shape else arrays[0]

    parallel = {"num_parallel_calls": num_parallel_reads, "deterministic": True} if several else {}
    # flat_map hides the length; Keras and len() need it.
    dataset = numbers.map(read, **parallel)
    options = tf.data.Options()
    if several:
        # TensorFlow's own pool has a thread for each core; who waits for a network needs none.
        options.threading.private_threadpool_size = num_parallel_reads
        if not prefetch:  # TensorFlow adds a buffer of its own, of any size, where there is none
            options.experimental_optimization.inject_prefetch = False
    return finished(dataset.with_options(options), cardinality, prefetch)


def endless_numbers(first_batch):
    """Return a dataset of the numbers of batches, from `first_batch` on."""
    # Far fewer batches than int64 can count.
    return tf.data.Dataset.range(first_batch, np.iinfo("int64").max)


def finished(dataset, cardinality=tf.data.INFINITE_CARDINALITY, prefetch=True):
    """Return a dataset of batches made by number, as `fit` and strategies take it.

    Args:
        dataset: `tf.data.Dataset` of batches.
        cardinality: int, batches. Default: endless, which keeps Keras from planning an epoch.
        prefetch: bool. Prepare batches while the consumer computes. Default True.
    """
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(cardinality))
    options = tf.data.Options()
    # There are no files to share out; saying so spares the search and its warning.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    dataset = dataset.with_options(options)
    return dataset.prefetch(READY) if prefetch else dataset


@functools.lru_cache(maxsize=4)
def epoch_order(num_items, seed, epoch):
    """Return the permutation of `num_items` items that belongs to `(seed, epoch)`.

    Args:
        num_items: int.
        seed: int of at least 0.
        epoch: int of at least 0.

    Returns:
        int64 (num_items,), read-only; the same numbers on every machine.

    Example:
    >>> sorted(epoch_order(4, seed=0, epoch=2).tolist())
    [0, 1, 2, 3]
    """
    order = np.random.default_rng((seed, epoch)).permutation(num_items)
    order.setflags(write=False)
    return order


def _scalar(tensor):
    tensor.set_shape(())
    return tensor
