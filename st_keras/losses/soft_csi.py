"""The critical success index with soft thresholds, as a loss."""

import keras
import numpy as np
from keras import ops

from st_keras.losses.frame_loss import FrameLoss, of_first_axes
from st_keras.losses.network_thresholds import (
    checked_thresholds,
    network_thresholds,
    transformed,
)
from st_keras.losses.output_channels import check_channels
from st_keras.validation import error

# Where nothing is there to be forecast, and nothing is: a perfect score.
_NOTHING = 1e-6


@keras.saving.register_keras_serializable(package="st_keras")
class SoftCSI(FrameLoss):
    """1 - CSI, the forecast being an event by degrees; the mean over thresholds.

        o = 1 where y_true >= t            s = sigmoid((y_pred - t) / width)
        CSI = sum of s o / (sum of o + sum of s (1 - o))         sums over all pixels of the batch

    With a small width that is the critical success index, hits / (hits + misses + false alarms).
    Sums go over the valid pixels of the global batch; a weight multiplies what a pixel adds to
    them. The loss of a batch is no mean over its sequences, so that of a validation is the mean of
    its batches'. Away from a threshold it has little gradient: begin with another loss, or from a
    trained model.

    Args:
        thresholds: list of K floats that increase, in the user's units, also in a `Forecaster` with
            a normalization. Default (0.5, 1, 2, 5), in mm/h.
        width: float > 0, or list of one for each threshold, in the user's units: how soft it is;
            s is 0.73 at t + width. Default None: a quarter of each threshold.
        lead_weights: as of `FrameLoss`.
        **kwargs: `name`.

    Call arguments and NaN: as of `FrameLoss`.

    Returns:
        float32 scalar in [0, 1].

    Raises:
        ValueError: for thresholds that do not increase, widths that are not positive, or, in
            `Forecaster.compile`, thresholds that the normalization does not tell apart.

    Example:

    >>> loss = SoftCSI(thresholds=[1.0], width=0.01)
    >>> round(float(loss([[2.0], [2.0], [0.0], [0.0]], [[2.0], [0.0], [0.0], [2.0]])), 4)
    0.6667
    """

    def __init__(self, thresholds=(0.5, 1.0, 2.0, 5.0), width=None, lead_weights=None, **kwargs):
        super().__init__(lead_weights, **kwargs)
        self.thresholds = checked_thresholds("SoftCSI", thresholds)
        self.width = width if np.ndim(width) == 0 else np.asarray(width).tolist()
        self._widths = _widths_of(self.thresholds, width)
        self._scales = np.asarray(self._widths, "float32")[:, None]
        self._limits = network_thresholds("SoftCSI", self.thresholds, None)

    def in_units_of(self, transform, context_length=None):
        """Return a copy that is called with transformed values; thresholds and widths are, too."""
        told = super().in_units_of(transform, context_length)
        told._limits = network_thresholds("SoftCSI", self.thresholds, transform)
        above, below = (
            transformed(np.add(self.thresholds, sign * np.asarray(self._widths)), transform)
            for sign in (1, -1)
        )
        told._scales = (above - below) / 2
        return told

    def sums(self, y_true, y_pred, weights=None):
        """Return the sums (K, 2) of a batch: those of s o, and of o + s (1 - o).

        They add up over batches and replicas.

        Args:
            y_true: (B, ..., C), NaN where a value is missing.
            y_pred: (B, ..., C).
            weights: of some first axes of these or of all, or None: all weigh 1. Default None.
        """
        check_channels("SoftCSI", y_true, y_pred)
        y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        valid = ~ops.isnan(y_true)
        counts = ops.cast(valid, "float32")
        leads = self.weights_of_leads(y_true.shape)
        for each in (leads, of_first_axes(weights, len(y_true.shape))):
            counts = counts if each is None else counts * each
        y_pred = ops.where(valid, y_pred, 0.0)
        rows = []
        for limit, scale in zip(self._limits, self._scales, strict=True):
            event = ops.cast(y_true >= limit, "float32")
            soft = ops.sigmoid((y_pred - limit) / scale)
            hits = ops.sum(counts * soft * event)
            rows.append(ops.stack([hits, ops.sum(counts * (event + soft * (1 - event)))]))
        return ops.stack(rows)

    def of_sums(self, sums):
        """Return the loss of sums (K, 2)."""
        return 1 - ops.mean((sums[:, 0] + _NOTHING) / (sums[:, 1] + _NOTHING))

    def call(self, y_true, y_pred):
        """Return the loss of a batch, a scalar."""
        return self.of_sums(self.sums(y_true, y_pred))

    def __call__(self, y_true, y_pred, sample_weight=None):
        """Return the loss of a batch."""
        y_true, y_pred = (ops.convert_to_tensor(y, dtype="float32") for y in (y_true, y_pred))
        return self.of_sums(self.sums(y_true, y_pred, sample_weight))

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "thresholds": list(self.thresholds), "width": self.width}


def _widths_of(thresholds, width):
    by_default = np.asarray(thresholds) / 4
    try:
        widths = by_default if width is None else np.broadcast_to(width, by_default.shape)
        widths = widths.astype("float64")
        ok = bool(np.all(np.isfinite(widths) & (widths > 0)))
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise error(
            "SoftCSI",
            f"width={width!r} with thresholds={thresholds}",
            "a number above 0, or one for each threshold, in the user's units",
            "Pass the width of the step from no event to event, such as 0.5.",
        )
    return widths.tolist()
