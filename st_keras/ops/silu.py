"""The activation silu, without the custom gradient of TensorFlow's."""

from keras import ops


def silu(x):
    """Return `x * sigmoid(x)`.

    `keras.activations.silu` is the same function, but with TensorFlow every graph that it is traced
    in stays in memory for the life of the process (`tf.custom_gradient`): a search over many models
    would grow.

    Args:
        x: tensor.

    Example:

    >>> float(silu(ops.convert_to_tensor(0.0)))
    0.0
    """
    return x * ops.sigmoid(x)
