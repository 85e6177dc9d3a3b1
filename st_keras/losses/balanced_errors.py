"""Errors that weigh more where it rains more."""

import keras
import numpy as np
from keras import ops

from st_keras.losses.frame_loss import FrameLoss
from st_keras.losses.network_thresholds import checked_thresholds, network_thresholds
from st_keras.losses.output_channels import check_channels
from st_keras.validation import error

THRESHOLDS = (2.0, 5.0, 10.0, 30.0)
WEIGHTS = (1.0, 2.0, 5.0, 10.0, 30.0)


class _Balanced(FrameLoss):
    def __init__(self, thresholds=THRESHOLDS, weights=None, lead_weights=None, **kwargs):
        super().__init__(lead_weights, **kwargs)
        where = type(self).__name__
        self.thresholds = checked_thresholds(where, thresholds)
        published = self.thresholds == list(THRESHOLDS)
        if weights is None:
            weights = WEIGHTS if published else (1.0, *self._relative())
        self.weights = _checked_weights(where, weights, len(self.thresholds) + 1)
        self._limits = network_thresholds(where, self.thresholds, None)

    def in_units_of(self, transform, context_length=None):
        """Return a copy that is called with transformed values; its thresholds are, too."""
        told = super().in_units_of(transform, context_length)
        told._limits = network_thresholds(type(self).__name__, self.thresholds, transform)
        return told

    def of_values(self, y_true, y_pred):
        """Return weight times error of each value."""
        check_channels(type(self).__name__, y_true, y_pred)
        weights = ops.ones_like(y_true) * self.weights[0]
        for limit, step in zip(self._limits, np.diff(self.weights), strict=True):
            weights = weights + float(step) * ops.cast(y_true >= limit, "float32")
        return weights * self.error(y_true - y_pred)

    def get_config(self):
        """Return every constructor argument."""
        own = {"thresholds": list(self.thresholds), "weights": list(self.weights)}
        return {**super().get_config(), **own}

    def _relative(self):
        """Return a weight above each threshold: the threshold, as that of the lowest is 2."""
        lowest = self.thresholds[0]
        if lowest <= 0:
            raise error(
                type(self).__name__,
                f"thresholds={self.thresholds} without weights",
                "thresholds above 0, from which weights follow, or weights",
                "Pass weights, one more than thresholds.",
            )
        return [2 * threshold / lowest for threshold in self.thresholds]


@keras.saving.register_keras_serializable(package="st_keras")
class BalancedMSE(_Balanced):
    """Squared error, weighted by how much it rains in truth.

        loss = mean over valid values of w(y_true) . (y_true - y_pred)^2

    w is 1 below 2 mm/h, 2 from there, 5 from 5 mm/h, 10 from 10 mm/h and 30 from 30 mm/h, as in the
    HKO-7 benchmark. What minimises it is the mean that is weighted so: it forecasts more rain than
    there is on average.

    Args:
        thresholds: list of K floats that increase, in the user's units, also in a `Forecaster` with
            a normalization, whose errors are in network units. Default (2, 5, 10, 30), in mm/h.
        weights: list of K + 1 floats >= 0: below the first threshold, from it, and so on. None,
            the default, is (1, 2, 5, 10, 30) with the default thresholds; with others 1, and above
            each threshold 2 threshold / the lowest threshold.
        lead_weights: as of `FrameLoss`.
        **kwargs: `name`.

    Call arguments, what it returns, NaN and errors: as of `FrameLoss`.

    Raises:
        ValueError: for thresholds that do not increase, weights of another number, or, in
            `Forecaster.compile`, thresholds that the normalization does not tell apart.

    Example:

    >>> loss = BalancedMSE()
    >>> float(loss([[0.0], [6.0]], [[1.0], [4.0]]))  # (1 . 1 + 5 . 4) / 2
    10.5

    Differs from the reference: a mean, where the benchmark's code takes a scaled sum.

    References: [1] Shi et al. 2017, Deep Learning for Precipitation Nowcasting: A Benchmark and A
        New Model, section 4.1 (B-MSE). https://arxiv.org/abs/1706.03458
    """

    @staticmethod
    def error(difference):
        """Return the squares."""
        return ops.square(difference)


@keras.saving.register_keras_serializable(package="st_keras")
class BalancedMAE(_Balanced):
    """Absolute error, weighted by how much it rains in truth.

        loss = mean over valid values of w(y_true) . |y_true - y_pred|

    What minimises it is the median that is weighted so.

    Args:
        thresholds, weights, lead_weights: as of `BalancedMSE`.
        **kwargs: `name`.

    Call arguments, what it returns, NaN and errors: as of `BalancedMSE`.

    Example:

    >>> loss = BalancedMAE()
    >>> float(loss([[0.0], [6.0]], [[1.0], [4.0]]))  # (1 . 1 + 5 . 2) / 2
    5.5

    References: [1] Shi et al. 2017, https://arxiv.org/abs/1706.03458 (B-MAE)
    """

    @staticmethod
    def error(difference):
        """Return the absolute values."""
        return ops.abs(difference)


def _checked_weights(where, weights, count):
    try:
        array = np.asarray(weights, "float64")
        ok = array.shape == (count,) and bool(np.all(np.isfinite(array) & (array >= 0)))
        ok = ok and bool(array.any())
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise error(
            where,
            f"weights={weights!r}",
            f"{count} finite numbers >= 0, not all 0: one more than thresholds",
            "Pass the weight below the first threshold first.",
        )
    return array.tolist()
