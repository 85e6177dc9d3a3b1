"""The loss that quantiles minimise."""

import keras
import numpy as np
from keras import ops

from st_keras.losses.frame_loss import FrameLoss
from st_keras.losses.output_channels import by_truth_channel
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class PinballLoss(FrameLoss):
    """Pinball loss of one or more quantiles; the mean over them.

        loss of a value = max(q (y_true - y_pred), (q - 1) (y_true - y_pred))

    The forecast that minimises it is the q-quantile of the truth, in any units that increase with
    the user's: what a `Forecaster` gives back is the quantile in the user's. It predicts as many
    channels as it reads, and takes one quantile.

    Args:
        quantiles: list of Q floats in (0, 1) that increase. Default (0.1, 0.5, 0.9).
        lead_weights: as of `FrameLoss`.
        **kwargs: `name`.

    Call arguments:
        y_true: (B, ..., C), NaN where a value is missing.
        y_pred: (B, ..., C Q): all quantiles of the first channel, then those of the second, ...
        sample_weight: as of `FrameLoss`.

    What it returns: as of `FrameLoss`.

    Raises:
        ValueError: for quantiles outside (0, 1), or another number of predicted channels.

    Example:

    >>> loss = PinballLoss([0.9])
    >>> round(float(loss([[1.0]], [[0.0]])), 3), round(float(loss([[0.0]], [[1.0]])), 3)
    (0.9, 0.1)

    References: [1] Koenker and Bassett 1978, Econometrica 46, 33-50.
    """

    def __init__(self, quantiles=(0.1, 0.5, 0.9), lead_weights=None, **kwargs):
        super().__init__(lead_weights, **kwargs)
        self.quantiles = _checked_quantiles(quantiles)

    def of_values(self, y_true, y_pred):
        """Return the loss of each value, the mean over quantiles."""
        count = len(self.quantiles)
        outputs = by_truth_channel("PinballLoss", y_true, y_pred, count, f"{count} quantile(s)")
        quantiles = ops.cast(self.quantiles, "float32")
        difference = y_true[..., None] - outputs
        return ops.mean(ops.maximum(quantiles * difference, (quantiles - 1) * difference), axis=-1)

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "quantiles": list(self.quantiles)}


def _checked_quantiles(quantiles):
    try:
        array = np.atleast_1d(np.asarray(quantiles, "float64"))
        ok = array.ndim == 1 and array.size > 0
        ok = ok and bool(np.all((array > 0) & (array < 1)) and np.all(np.diff(array) > 0))
    except (TypeError, ValueError):
        ok = False
    if not ok:
        raise error(
            "PinballLoss",
            f"quantiles={quantiles!r}",
            "numbers in (0, 1), each above the one before",
            "Pass quantiles=(0.1, 0.5, 0.9), for example.",
        )
    return array.tolist()
