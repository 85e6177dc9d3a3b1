"""The loss of the global batch, of what is valid in it."""

import functools

import keras
import numpy as np
import tensorflow as tf

from st_keras.losses import FrameLoss, SoftCSI
from st_keras.replicas.exchange import all_reduce_sum
from st_keras.validation import error

# Where nothing is to be compared, the loss compares this number with itself: every Keras loss is
# finite there, and no gradient of it reaches the prediction.
_HARMLESS = 0.5


def told_of_units(loss, transform, context_length):
    """Return a loss as a model's: told the units it is computed in and where a forecast begins.

    Args:
        loss: what `compile(loss=...)` was given; only those of `st_keras.losses` are told.
        transform: `FrameTransform` of the targets, from the user's units to the network's.
        context_length: int.

    Returns:
        A copy, which is saved as it was made, with thresholds in the user's units; or the loss.
    """
    if isinstance(loss, FrameLoss):
        return loss.in_units_of(transform, context_length)
    return loss


def loss_of_batch(loss, masked):
    """Return the loss as a function of `(y_true, y_pred, weights)` to what `mean_of_valid` gives.

    Args:
        loss: what `compile(loss=...)` was given.
        masked: bool. Whether values may be missing, or have weights of their own.

    Returns:
        The function; None: the mean over the samples that Keras makes will do.
    """
    if isinstance(loss, SoftCSI):
        return functools.partial(loss_of_sums, loss)
    return functools.partial(mean_of_valid, loss_of_values(loss)) if masked else None


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
    if isinstance(found, FrameLoss):
        return found.weighted
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
    count = _number_of(valid)
    (all_values,) = all_reduce_sum([count])
    (all_losses,) = all_reduce_sum([tf.stop_gradient(total)])
    divisor = tf.cast(tf.maximum(all_values, 1.0), total.dtype)
    return total / divisor, all_losses / divisor, _in_sequences(count, y_true)


def loss_of_sums(loss, y_true, y_pred, weights=None):
    """Return a loss that is a function of sums over the pixels of the global batch.

    Args:
        loss: `SoftCSI`, or what has its `sums` and `of_sums`.
        y_true, y_pred, weights: as of `mean_of_valid`.

    Returns:
        As `mean_of_valid`: `(this replica's part, the loss, this replica's valid values / T H W
        C)`.
    """
    own = loss.sums(y_true, y_pred, weights)
    (sums,) = all_reduce_sum([tf.stop_gradient(own)])
    with tf.GradientTape() as tape:
        tape.watch(sums)
        whole = loss.of_sums(sums)
    # The derivative of the whole by each sum, times what this replica adds to the sum.
    part = tf.reduce_sum(tf.stop_gradient(tape.gradient(whole, sums)) * own)
    whole = tf.stop_gradient(whole)
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    part = part - tf.stop_gradient(part) + whole / replicas
    return part, whole, _in_sequences(_number_of(~tf.math.is_nan(y_true)), y_true)


def _number_of(valid):
    """Return how many values are valid, float64."""
    # A frame's values are counted exactly in float32; all of a batch need float64.
    of_frames = tf.reduce_sum(tf.cast(valid, tf.float32), axis=(2, 3, 4))
    return tf.reduce_sum(tf.cast(of_frames, tf.float64))


def _in_sequences(count, y_true):
    """Return a number of values in sequences of (B, T, H, W, C)."""
    of_sequence = tf.reduce_prod(tf.cast(tf.shape(y_true)[1:], tf.float64))
    return tf.cast(count / of_sequence, tf.float32)


def _is_mean_of_values(function):
    """Whether a loss of some values is the mean of the losses of each, tried on a few numbers."""
    true, pred = np.random.default_rng(0).random((2, 2, 1, 2, 3, 2), "float32")
    try:
        whole = np.asarray(function(tf.constant(true), tf.constant(pred)))
        each = np.asarray(function(tf.constant(true)[..., None], tf.constant(pred)[..., None]))
    except (ValueError, TypeError, tf.errors.OpError):
        return False
    return each.shape == true.shape and np.allclose(whole.mean(), each.mean(), 1e-4, 1e-6)
