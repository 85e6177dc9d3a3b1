"""`FrameLoss`: a loss that leaves missing values out and weighs lead times."""

import copy

import keras
import numpy as np
from keras import ops

from st_keras.validation import error


class FrameLoss(keras.losses.Loss):
    """Superclass of the losses of frames, each a mean of one number per value.

        loss = sum over valid values of w . loss of the value / number of valid values

    NaN in `y_true` is a missing value. A subclass defines `of_values`. In a `Forecaster` the mean
    is that of the global batch; other models take the mean of those of their replicas.

    Args:
        lead_weights: list of floats >= 0, what the frames at each lead time weigh: the last so many
            frames of `y_true` (B, T, H, W, C). Earlier ones, which a `Forecaster` predicts inside
            its context, weigh 1. Default None: all weigh 1.
        **kwargs: `name`, and `reduction` "sum_over_batch_size", the only one.

    Call arguments:
        y_true: (B, ..., C), NaN where a value is missing.
        y_pred: (B, ..., C), or more channels where the loss says so.
        sample_weight: (B,), or what has some first axes of `y_true`, or all. Default None.

    Returns:
        float32 scalar, 0 without a valid value.

    Raises:
        ValueError: for weights that are negative, not finite or all 0, frames of another number
            than these, or another reduction.
    """

    def __init__(self, lead_weights=None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.lead_weights = _checked_weights(type(self).__name__, lead_weights)
        if self.reduction not in ("sum_over_batch_size", "mean"):
            raise error(
                type(self).__name__,
                f"reduction={self.reduction!r}",
                "a mean over the valid values, reduction='sum_over_batch_size'",
                "Leave reduction out.",
            )
        self._context_length = None

    def in_units_of(self, transform, context_length=None):
        """Return a copy that is called with transformed values, and says the same of them.

        Args:
            transform: `st_keras.layers.FrameTransform` from the user's units to those of `y_true`
                and `y_pred`, or None: they are the same.
            context_length: int, the frames of a context: the first forecast frame is that of index
                `context_length - 1` in `y_true`. Default None: `y_true` may have any frames
                before.
        """
        told = copy.copy(self)
        told._context_length = context_length
        return told

    def of_values(self, y_true, y_pred):
        """Return the loss of each value, (B, ..., C), of float32 values that are all valid."""
        raise NotImplementedError

    def weighted(self, y_true, y_pred):
        """Return the loss of each value times the weight of its lead time."""
        losses = self.of_values(ops.cast(y_true, "float32"), ops.cast(y_pred, "float32"))
        weights = self.weights_of_leads(losses.shape)
        return losses if weights is None else losses * weights

    def call(self, y_true, y_pred):
        """Return one number for each value, whose mean is that over the valid ones."""
        valid = ~ops.isnan(y_true)
        y_true = ops.where(valid, y_true, 0.5)
        channels, outputs = y_true.shape[-1], y_pred.shape[-1]
        # Chosen before and after, so that no gradient is multiplied by 0, which could leave NaN.
        if None not in (channels, outputs) and outputs % channels == 0:
            spread = ops.repeat(valid, outputs // channels, axis=-1)
            y_pred = ops.where(spread, ops.cast(y_pred, "float32"), 0.5)
        losses = self.weighted(y_true, y_pred)
        valid_share = ops.mean(ops.cast(valid, losses.dtype))
        return ops.where(valid, losses, 0.0) / ops.maximum(valid_share, 1e-12)

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the mean over the valid values."""
        y_true, y_pred = (ops.convert_to_tensor(y, dtype="float32") for y in (y_true, y_pred))
        return super().__call__(y_true, y_pred, of_first_axes(sample_weight, len(y_true.shape)))

    def weights_of_leads(self, shape):
        """Return the weights of the frames, (T, 1, 1, 1), or None: all weigh 1."""
        if self.lead_weights is None:
            return None
        where, count = type(self).__name__, len(self.lead_weights)
        if len(shape) != 5 or shape[1] is None:
            raise error(
                where,
                f"lead_weights with frames of shape {tuple(shape)}",
                "axes (B, T, H, W, C), T known",
                "Set the shape, or leave lead_weights out.",
            )
        before = shape[1] - count
        known = self._context_length
        if before < 0 or (known is not None and before != known - 1):
            leads = shape[1] if known is None else shape[1] - known + 1
            raise error(
                where,
                f"{count} lead_weights for {leads} forecast frame(s)",
                "one weight for each lead time",
                "Pass one for each frame after the context.",
            )
        weights = np.concatenate([np.ones(before), self.lead_weights]).astype("float32")
        return weights[:, None, None, None]

    def get_config(self):
        """Return every constructor argument."""
        weights = None if self.lead_weights is None else list(self.lead_weights)
        return {**super().get_config(), "lead_weights": weights}


def of_first_axes(weights, rank):
    """Return weights as float32 with as many axes as values have, those behind of size 1."""
    if weights is None:
        return None
    weights = ops.convert_to_tensor(weights, dtype="float32")
    axes = rank - len(weights.shape)
    return ops.reshape(weights, tuple(ops.shape(weights)) + (1,) * max(axes, 0))


def _checked_weights(where, weights):
    if weights is None:
        return None
    try:
        array = np.asarray(weights, "float64")
        ok = array.ndim == 1 and bool(np.all(np.isfinite(array) & (array >= 0)) and array.any())
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise error(
            where,
            f"lead_weights={weights!r}",
            "a list of finite numbers >= 0, one for each lead time, not all 0",
            "Pass lead_weights=[1.0, 0.9, 0.8] for a horizon of 3, for example.",
        )
    return array.tolist()
