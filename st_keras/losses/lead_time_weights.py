"""Any loss of single values with a weight for each lead time."""

import keras
from keras import ops

from st_keras.losses.frame_loss import FrameLoss
from st_keras.losses.output_channels import check_channels
from st_keras.validation import error


@keras.saving.register_keras_serializable(package="st_keras")
class LeadTimeWeights(FrameLoss):
    """A Keras loss of single values, such as "mse", "mae" or "huber", weighted by lead time.

    The losses of this package take `lead_weights` themselves.

    Args:
        loss: what `compile` takes as loss: one that is a mean of one number per value.
        lead_weights: list of floats >= 0, one for each lead time, as of `FrameLoss`.
        **kwargs: `name`.

    Call arguments, what it returns, NaN and errors: as of `FrameLoss`.

    Raises:
        ValueError: for a loss that has lead times itself, or is no mean of one number per value.

    Example:

    >>> import numpy as np
    >>> loss = LeadTimeWeights("mse", [1.0, 0.5])
    >>> float(loss(np.zeros((1, 2, 1, 1, 1)), np.full((1, 2, 1, 1, 1), 2.0)))  # (4 + 2) / 2
    3.0
    """

    def __init__(self, loss, lead_weights, **kwargs):
        super().__init__(lead_weights, **kwargs)
        self.loss = keras.losses.get(loss)
        if isinstance(self.loss, FrameLoss):
            raise error(
                "LeadTimeWeights",
                f"loss={type(self.loss).__name__}",
                "a loss of Keras",
                f"Pass {type(self.loss).__name__}(lead_weights=...) instead.",
            )
        of_keras = isinstance(self.loss, keras.losses.Loss)
        self._function = self.loss.call if of_keras else self.loss
        reduction = getattr(self.loss, "reduction", "sum_over_batch_size")
        if reduction not in ("sum_over_batch_size", "mean") or not self._is_mean_of_values():
            raise error(
                "LeadTimeWeights",
                f"loss={loss!r}",
                "a loss that is the mean of one number for each value",
                "Use an elementwise Keras loss ('mse', 'mae', 'huber') with its default reduction.",
            )

    def of_values(self, y_true, y_pred):
        """Return the loss of each value."""
        check_channels("LeadTimeWeights", y_true, y_pred)
        return self._function(y_true[..., None], y_pred[..., None])

    def get_config(self):
        """Return every constructor argument."""
        return {**super().get_config(), "loss": keras.losses.serialize(self.loss)}

    def _is_mean_of_values(self):
        """Whether the loss of some values is the mean of the losses of each, tried on a few."""
        true = ops.convert_to_tensor([[[0.3, 0.6], [0.9, 0.1]]])
        pred = ops.convert_to_tensor([[[0.8, 0.2], [0.5, 0.7]]])
        whole = self._function(true, pred)
        each = self._function(true[..., None], pred[..., None])
        near = ops.isclose(ops.mean(each), ops.mean(whole), 1e-4, 1e-6)
        return tuple(each.shape) == (1, 2, 2) and bool(near)

    @classmethod
    def from_config(cls, config):
        """Rebuild the loss, then this one."""
        return cls(**{**config, "loss": keras.losses.deserialize(config["loss"])})
