"""Name the first tensor of a training step that is not finite."""

from st_keras.replicas.global_batch import place_in_global_batch
from st_keras.validation import error

_WHERE = "training"
_BEGIN, _END = "<st_keras: not finite>", "</st_keras: not finite>"
_INPUT = ("sample ", " of batch ", ", an input that holds NaN or infinity")
_LOSS = ("a loss that is NaN or infinite, in batch ",)
_GRADIENT = ("a gradient that is NaN or infinite, of ", ", in batch ")


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
        A `tf.Operation`, or None when run eagerly. It raises `InvalidArgumentError`;
        `not_finite_error` turns this into the error for the user.
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
    received = tf.where(
        tf.reduce_all(samples),
        tf.where(
            loss_is_finite,
            tf.strings.join([_GRADIENT[0], weight, _GRADIENT[1], number]),
            tf.strings.join([_LOSS[0], number]),
        ),
        tf.strings.join([_INPUT[0], sample, _INPUT[1], number, _INPUT[2]]),
    )
    everything = tf.reduce_all(samples) & loss_is_finite & tf.reduce_all(finite)
    return tf.debugging.Assert(everything, [_BEGIN, received, _END], summarize=3)


def not_finite_error(failure):
    """Return the error for the user, or None if `failure` is another one.

    Args:
        failure: an exception raised by a training step.

    Example:

    >>> not_finite_error(ValueError("something else")) is None
    True
    """
    text = str(failure)
    if _BEGIN not in text:
        return None
    received = text.split(_BEGIN, 1)[1].split(_END, 1)[0].strip("'] [b\n")
    advice = (
        "Clean the data: sample and batch are counted from 0, the sample within the global batch."
        if received.endswith(_INPUT[2])
        else "Lower the learning rate, clip gradients (global_clipnorm=1), or train in float32; "
        "the weights are those before this update."
    )
    return error(_WHERE, received, "finite inputs, loss and gradients", advice)


def _first_false(flags):
    import tensorflow as tf

    # argmin finds the first of equal values.
    return tf.argmin(tf.cast(flags, tf.int32), output_type=tf.int32)
