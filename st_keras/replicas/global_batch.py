"""Where the samples of a replica stand in the global batch, and what they weigh."""

import contextlib
import threading

from st_keras.replicas.exchange import all_reduce_sum, several_replicas
from st_keras.validation import error

# Each replica builds its graph in a thread of its own.
_counted = threading.local()


def place_in_global_batch(batch_size):
    """Return the samples before those of this replica in the global batch, and all of them.

    The last batch of an epoch need not divide by the number of replicas: the sizes are exchanged
    (one number per replica) and not assumed equal.

    Args:
        batch_size: int or scalar tensor, the samples of this replica; 0 is allowed.

    Returns:
        `(offset, total)`, int32 scalar tensors. Outside a replica, or with only one, `(0,
        batch_size)`.

    Example:

    >>> offset, total = place_in_global_batch(4)
    >>> int(offset), int(total)
    (0, 4)
    """
    import tensorflow as tf

    batch_size = tf.cast(batch_size, tf.int32)
    if not several_replicas():
        return tf.constant(0), batch_size
    context = tf.distribute.get_replica_context()
    replica, replicas = context.replica_id_in_sync_group, context.num_replicas_in_sync
    own = tf.one_hot(replica, replicas) * tf.cast(batch_size, tf.float32)
    sizes = tf.cast(all_reduce_sum([own])[0], tf.int32)
    before = tf.cast(tf.range(replicas) < replica, tf.int32)
    return tf.reduce_sum(sizes * before), tf.reduce_sum(sizes)


def share_of_global_batch(batch_size):
    """Return what the mean over this replica's samples weighs in the mean over the global batch.

    The share is relative to an even one, `replicas * batch_size / total`: 1 for every replica if
    all have equally many samples, which is what Keras' losses assume.

    Args:
        batch_size: int or scalar tensor, the samples of this replica.

    Returns:
        float32 scalar tensor.

    Example:

    >>> float(share_of_global_batch(4))
    1.0
    """
    import tensorflow as tf

    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas == 1:
        return tf.ones(())
    _, total = place_in_global_batch(batch_size)
    return replicas * tf.cast(batch_size, tf.float32) / tf.cast(total, tf.float32)


def check_mean_over_batch(where, loss):
    """Raise `ValueError` on several replicas for a loss that is no mean over the samples.

    Parts of a mean are put together by their shares; a sum would be scaled by them.

    Args:
        where: str. Who refuses.
        loss: what `compile(loss=...)` was given.

    Example:

    >>> check_mean_over_batch("fit", "mse")
    """
    import keras

    loss = keras.losses.get(loss)
    reduction = getattr(loss, "reduction", "sum_over_batch_size")
    if several_replicas() and reduction not in ("sum_over_batch_size", "mean"):
        raise error(
            where,
            f"a loss with reduction={reduction!r} on several replicas",
            "a mean over the samples, reduction='sum_over_batch_size'",
            "Use that, and scale the learning rate; or train on one device.",
        )


def never_empty(batch):
    """Return the batch, or one sample of zeros for a replica that has got none.

    The mean over no samples is not a number, and would spread to all replicas. The sample of zeros
    counts nothing: the share of an empty batch is 0.

    Args:
        batch: tensor (B, ...).

    Example:

    >>> import tensorflow as tf
    >>> never_empty(tf.ones((0, 2))).numpy()
    array([[0., 0.]], dtype=float32)
    """
    import tensorflow as tf

    if tf.distribute.get_strategy().num_replicas_in_sync == 1 and batch.shape[0] != 0:
        return batch
    missing = tf.cast(tf.equal(tf.shape(batch)[0], 0), tf.int32)
    return tf.pad(batch, [[0, missing]] + [[0, 0]] * (batch.shape.rank - 1))


@contextlib.contextmanager
def counted_samples(count):
    """Say how many samples of the batch are real to whoever averages over it in the `with` block.

    Args:
        count: int or scalar tensor: 0 where `never_empty` put a sample of zeros, else the batch
            size.
    """
    before = getattr(_counted, "count", None)
    _counted.count = count
    try:
        yield
    finally:
        _counted.count = before


def is_counted():
    """Return 1.0, or 0.0 if the samples of this replica are none of the global batch.

    Example:

    >>> with counted_samples(0):
    ...     float(is_counted())
    0.0
    """
    import tensorflow as tf

    count = getattr(_counted, "count", None)
    return tf.ones(()) if count is None else tf.cast(tf.cast(count, tf.int32) > 0, tf.float32)
