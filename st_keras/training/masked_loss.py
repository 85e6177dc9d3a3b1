"""The loss where values are missing: the mean over the valid ones of the global batch."""

import keras
import numpy as np
import tensorflow as tf

from st_keras.replicas.exchange import all_reduce_sum
from st_keras.validation import error

# Where nothing is to be compared, the loss compares this number with itself: every Keras loss is
# finite there, and no gradient of it reaches the prediction.
_HARMLESS = 0.5


def loss_of_values(loss):
    """Return a function that gives one number for each value, or raise `ValueError`.

    Args:
        loss: what `compile(loss=...)` was given.

    Returns:
        Function of `(y_true, y_pred)`, both (B, T, H, W, C), to losses of that shape.

    Example:

    >>> loss_of_values("mae")(tf.zeros((1, 1, 1, 2, 1)), tf.ones((1, 1, 1, 2, 1))).shape
    TensorShape([1, 1, 1, 2, 1])
    """
    found = keras.losses.get(loss)
    reduction = getattr(found, "reduction", "sum_over_batch_size")
    function = found.call if isinstance(found, keras.losses.Loss) else found
    of_mean = reduction in ("sum_over_batch_size", "mean") and _is_mean_of_values(function)
    if not of_mean:
        raise error(
            "Forecaster.compile",
            f"loss={loss!r} with missing values or padding",
            "a loss that is the mean of one number for each value: only then can some be left out",
            "Use an elementwise Keras loss ('mse', 'mae', 'huber') with its default reduction.",
        )
    return lambda y_true, y_pred: function(y_true[..., None], y_pred[..., None])


def mean_of_valid(function, y_true, y_pred, weights=None):
    """Return the mean of the losses over the valid values of the global batch.

        sum(w . loss) / number of valid values              both over all replicas

    Args:
        function: as `loss_of_values` returns it.
        y_true: (B, T, H, W, C), NaN where a value is missing. B may be 0.
        y_pred: (B, T, H, W, C).
        weights: what broadcasts to these; or None: all weigh 1.

    Returns:
        `(this replica's part of the mean, the mean, this replica's valid values / T H W C)`, scalar
        tensors: the parts of all replicas add up to the mean, and only they have a gradient.
        Without any valid value in the global batch all are 0.
    """
    valid = ~tf.math.is_nan(y_true)
    # Chosen before and after, so that no gradient is multiplied by 0, which could leave NaN.
    harmless = tf.constant(_HARMLESS, y_pred.dtype)
    losses = function(tf.where(valid, y_true, harmless), tf.where(valid, y_pred, harmless))
    if weights is not None:
        losses = losses * tf.cast(weights, losses.dtype)
    total = tf.reduce_sum(tf.where(valid, losses, tf.zeros((), losses.dtype)))
    # A frame's values are counted exactly in float32; all of a batch need float64.
    of_frames = tf.reduce_sum(tf.cast(valid, tf.float32), axis=(2, 3, 4))
    count = tf.reduce_sum(tf.cast(of_frames, tf.float64))
    (all_values,) = all_reduce_sum([count])
    (all_losses,) = all_reduce_sum([tf.stop_gradient(total)])
    divisor = tf.cast(tf.maximum(all_values, 1.0), total.dtype)
    of_sequence = tf.reduce_prod(tf.cast(tf.shape(y_true)[1:], tf.float64))
    return total / divisor, all_losses / divisor, tf.cast(count / of_sequence, tf.float32)


def _is_mean_of_values(function):
    """Whether a loss of some values is the mean of the losses of each, tried on a few numbers."""
    true, pred = np.random.default_rng(0).random((2, 2, 1, 2, 3, 2), "float32")
    try:
        whole = np.asarray(function(tf.constant(true), tf.constant(pred)))
        each = np.asarray(function(tf.constant(true)[..., None], tf.constant(pred)[..., None]))
    except (ValueError, TypeError, tf.errors.OpError):
        return False
    return each.shape == true.shape and np.allclose(whole.mean(), each.mean(), 1e-4, 1e-6)
