"""Keras' mean errors per value, of what is valid alone."""

import keras
from keras import ops

from st_keras.metrics.video.missing_values import is_missing, valid_weights


class _OfValidValues:
    """Mixin of a `keras.metrics` mean: NaN in `y_true` is a missing value, which does not count."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Add a batch of any shape (B, ...); weights (B,) or of some of its first axes."""
        y_pred = ops.cast(y_pred, self.dtype)
        y_true = ops.convert_to_tensor(y_true)
        missing = is_missing(y_true)
        y_true = ops.cast(y_true, self.dtype)
        weights = None
        if sample_weight is not None:
            weights = ops.cast(sample_weight, self.dtype)
            axes = len(y_true.shape) - len(weights.shape)
            weights = ops.reshape(weights, tuple(ops.shape(weights)) + (1,) * axes)
            weights = ops.broadcast_to(weights, ops.shape(y_true))
        valid = valid_weights(y_true, missing, weights)
        frames = (ops.where(valid > 0, values, 0.0) for values in (y_true, y_pred))
        # Keras takes the mean over the last axis before it weighs: that of one value each.
        return super().update_state(*(ops.expand_dims(f, -1) for f in frames), valid)

    def result(self):
        """Return the mean; NaN without a valid value, where Keras would say 0, the best of all."""
        return ops.where(self.count > 0, super().result(), float("nan"))


@keras.saving.register_keras_serializable(package="st_keras")
class ValidMeanSquaredError(_OfValidValues, keras.metrics.MeanSquaredError):
    """`keras.metrics.MeanSquaredError` over all values whose truth is not NaN.

    NaN in `y_pred` where the truth is valid makes it NaN. Without a valid value it is NaN.

    Args:
        name: str. Default "mean_squared_error".
        dtype: as of `keras.metrics.MeanSquaredError`.

    Example:
    >>> metric = ValidMeanSquaredError()
    >>> metric.update_state([[1.0, float("nan")]], [[3.0, 5.0]])
    >>> float(metric.result())
    4.0
    """


@keras.saving.register_keras_serializable(package="st_keras")
class ValidMeanAbsoluteError(_OfValidValues, keras.metrics.MeanAbsoluteError):
    """`keras.metrics.MeanAbsoluteError` over all values whose truth is not NaN.

    Args, and what is NaN: as of `ValidMeanSquaredError`.

    Example:
    >>> metric = ValidMeanAbsoluteError()
    >>> metric.update_state([[1.0, float("nan")]], [[3.0, 5.0]])
    >>> float(metric.result())
    2.0
    """
