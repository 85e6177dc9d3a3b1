"""Name the first tensor of a training step that is not finite."""

from st_keras.models.graph_refusal import refuse_unless
from st_keras.replicas.global_batch import place_in_global_batch

_INPUT = ("sample ", " of batch ", ", an input that holds NaN or infinity")
_LOSS = ("a loss that is NaN or infinite, in batch ",)
_GRADIENT = ("a gradient that is NaN or infinite, of ", ", in batch ")
_CLEAN = "Clean the data: sample and batch are counted from 0, the sample within the global batch."
_CALM = (
    "Lower the learning rate, clip gradients (global_clipnorm=1), or train in float32; the weights "
    "are those before this update."
)


def finite_check(inputs, loss, gradients, names, batch):
    """Return an operation that fails unless everything is finite, and names what is not.

    Looked at in the order in which trouble spreads: inputs, loss, gradients. Compiled by XLA it
    checks nothing.

    Args:
        inputs: tensor (B, ...) of the samples.
        loss: scalar tensor.
        gradients: list of tensors, or an empty list: not looked at.
        names: list of str, of the gradients' weights.
        batch: integer tensor, the batches seen before this one.

    Returns:
        As `refuse_unless`.
    """
    import tensorflow as tf

    samples = tf.reduce_all(tf.math.is_finite(inputs), axis=list(range(1, inputs.shape.rank)))
    loss_is_finite = tf.math.is_finite(loss)
    flags = [tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients]
    finite = tf.stack([*flags, True])
    number = tf.strings.as_string(batch)
    offset, _ = place_in_global_batch(tf.shape(inputs)[0])
    sample = tf.strings.as_string(offset + _first_false(samples))
    weight = tf.gather([*names, ""], _first_false(finite))
    clean = tf.reduce_all(samples)
    received = tf.where(
        clean,
        tf.where(
            loss_is_finite,
            tf.strings.join([_GRADIENT[0], weight, _GRADIENT[1], number]),
            tf.strings.join([_LOSS[0], number]),
        ),
        tf.strings.join([_INPUT[0], sample, _INPUT[1], number, _INPUT[2]]),
    )
    return refuse_unless(
        clean & loss_is_finite & tf.reduce_all(finite),
        "training",
        received,
        "finite inputs, loss and gradients",
        tf.where(clean, _CALM, _CLEAN),
    )


def _first_false(flags):
    import tensorflow as tf

    # argmin finds the first of equal values.
    return tf.argmin(tf.cast(flags, tf.int32), output_type=tf.int32)
