"""Draw which steps see the observed frame: a pure function of seed, batch number and sample."""

import tensorflow as tf

from st_keras.random.per_sample import per_sample_uniform


def draw_observed_mask(probabilities, batch_size, seed, batches_seen):
    """Draw a mask (B, num_steps) of zeros and ones.

    The numbers depend on (seed, batches_seen, index of the sample in the global batch) and on
    nothing else: replicas draw different masks, and N replicas draw together what one device
    would: see `per_sample_uniform`.

    Args:
        probabilities: float tensor (num_steps,), P(1) for each step.
        batch_size: int or scalar tensor, the samples of this replica.
        seed: int.
        batches_seen: integer tensor, the training batches seen before this one.

    Returns:
        float32 tensor (B, num_steps).

    Example:

    >>> draw_observed_mask(tf.constant([1.0, 0.0]), batch_size=2, seed=0, batches_seen=7).numpy()
    array([[1., 0.],
           [1., 0.]], dtype=float32)
    """
    own = per_sample_uniform(batch_size, (tf.shape(probabilities)[0],), seed, batches_seen)
    # Uniform numbers lie in [0, 1): p = 1 always gives 1 and p = 0 always 0.
    return tf.cast(own < probabilities, tf.float32)


def closed_loop_mask(batch_size, num_steps, context_length):
    """Mask (B, num_steps) of a forecast: ones for the context, zeros after it.

    Example:

    >>> closed_loop_mask(batch_size=1, num_steps=4, context_length=2).numpy()
    array([[1., 1., 0., 0.]], dtype=float32)
    """
    observed = tf.cast(tf.range(num_steps) < context_length, tf.float32)
    return tf.tile(observed[None], (batch_size, 1))
