"""Leave scans of the context out in training, as they are left out in operation."""

import tensorflow as tf

from st_keras.random.per_sample import per_sample_uniform

# Other numbers than those of the observed mask, which belong to the same seed and batch.
_SEEDS_APART = 2**32


def draw_dropped_scans(present, most, seed, batches_seen):
    """Draw which frames of the context a network does not get to see.

    Of each sequence n scans are missing, n uniform in 0 ... `most`: those that the data miss count,
    and the others are chosen at random. At least one scan stays. As the observed mask, the drops
    depend on (seed, batches_seen, place of the sample in the global batch) alone.

    Args:
        present: bool (B, T), whether each context frame holds any value.
        most: int, at most so many are missing.
        seed: int.
        batches_seen: integer tensor, the training batches seen before this one.

    Returns:
        bool (B, T), True for the frames to be dropped; never one that is missing anyway.

    Example:

    >>> draw_dropped_scans(tf.ones((2, 3), tf.bool), most=0, seed=0, batches_seen=7).shape
    TensorShape([2, 3])
    """
    batch, length = tf.shape(present)[0], tf.shape(present)[1]
    drawn = per_sample_uniform(batch, (length + 1,), seed + _SEEDS_APART, batches_seen)
    count = tf.reduce_sum(tf.cast(present, tf.int32), axis=1)
    wanted = tf.cast(tf.floor(drawn[:, 0] * (most + 1)), tf.int32)
    number = tf.clip_by_value(wanted - (length - count), 0, tf.maximum(count - 1, 0))
    # The place of each present frame among them in the order of its number; of equal numbers the
    # earlier frame is first, so that never more are dropped.
    scores = tf.where(present, drawn[:, 1:], 2.0)
    steps = tf.range(length)
    one, other = scores[:, :, None], scores[:, None, :]
    first = (other < one) | ((other == one) & (steps[None, :] < steps[:, None]))
    place = tf.reduce_sum(tf.cast(first, tf.int32), axis=2)
    return present & (place < number[:, None])
