"""The continuous ranked probability score, as a loss of ensembles and of normal distributions."""

import math

import keras
from keras import ops

from st_keras.losses.frame_loss import FrameLoss
from st_keras.losses.output_channels import by_truth_channel
from st_keras.validation import check_number, check_one_of

DISTRIBUTIONS = ("ensemble", "gaussian")
# exp of what is beyond has no use for float32.
_LOG_SCALES = (-12.0, 12.0)


@keras.saving.register_keras_serializable(package="st_keras")
class CRPSLoss(FrameLoss):
    """CRPS of what a model predicts of each value: M members, or mean and log of the scale.

        ensemble   mean_i |x_i - y| - k sum_ij |x_i - x_j|,    k = f / (2 M (M-1)) + (1-f) / (2 M^2)
        gaussian   s (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)),    z = (y - mean) / s

    The distribution that minimises it is that of the truth. f is `fairness`: 0 scores the ensemble
    as the distribution it is, which rewards too little spread where members are few; 1 is fair, and
    does not say where the last member is to go; a little less than 1 does.

    Args:
        distribution: "ensemble" or "gaussian". Default "ensemble".
        fairness: float in [0, 1], of an ensemble. Default 0.95.
        lead_weights: as of `FrameLoss`.
        **kwargs: `name`.

    Call arguments:
        y_true: (B, ..., C), NaN where a value is missing.
        y_pred: (B, ..., C M), members of the first channel first, M >= 1 from the shapes; or
            (B, ..., 2 C): mean and log scale of the first channel, of the second, ...; log scales
            are read within [-12, 12].
        sample_weight: as of `FrameLoss`.

    What it returns: as of `FrameLoss`, in the units of `y_true`.

    Raises:
        ValueError: for another distribution, or predicted channels that do not fit.

    Example:

    >>> loss = CRPSLoss(fairness=1.0)
    >>> float(loss([[1.0]], [[0.0, 2.0]]))  # (1 + 1) / 2 - 2 / 2
    0.0
    >>> round(float(CRPSLoss("gaussian")([[0.0]], [[0.0, 0.0]])), 4)
    0.2337

    References: [1] Gneiting and Raftery 2007, https://doi.org/10.1198/016214506000001437
        [2] Lang et al. 2024, https://arxiv.org/abs/2412.15832 (almost fair, f = 0.95)
    """

    def __init__(self, distribution="ensemble", fairness=0.95, lead_weights=None, **kwargs):
        super().__init__(lead_weights, **kwargs)
        self.distribution = check_one_of("CRPSLoss", "distribution", distribution, DISTRIBUTIONS)
        self.fairness = check_number("CRPSLoss", "fairness", fairness, 0, 1)

    def of_values(self, y_true, y_pred):
        """Return the score of each value."""
        if self.distribution == "gaussian":
            parts = by_truth_channel("CRPSLoss", y_true, y_pred, 2, "mean and log scale")
            return _of_gaussian(y_true, parts[..., 0], ops.clip(parts[..., 1], *_LOG_SCALES))
        members = by_truth_channel("CRPSLoss", y_true, y_pred, None, "as many members")
        return self._of_ensemble(y_true, members)

    def get_config(self):
        """Return every constructor argument."""
        own = {"distribution": self.distribution, "fairness": self.fairness}
        return {**super().get_config(), **own}

    def _of_ensemble(self, y_true, members):
        count = members.shape[-1]
        distance = ops.mean(ops.abs(members - y_true[..., None]), axis=-1)
        if count == 1:
            return distance
        # Of sorted members the sum over all pairs is one over members: no M x M values.
        ranks = 2.0 * ops.arange(count, dtype="float32") - (count - 1)
        pairs = 2 * ops.sum(ranks * ops.sort(members, axis=-1), axis=-1)
        fair, own = 1 / (2 * count * (count - 1)), 1 / (2 * count**2)
        return distance - (self.fairness * fair + (1 - self.fairness) * own) * pairs


def _of_gaussian(y_true, mean, log_scale):
    scale = ops.exp(log_scale)
    z = (y_true - mean) / scale
    # Far away both are what they tend to; their exact forms would be 0 times infinity.
    near = ops.clip(z, -20.0, 20.0)
    odd = ops.erf(near / math.sqrt(2))  # 2 Phi(z) - 1
    density = ops.exp(-ops.square(near) / 2) * math.sqrt(2 / math.pi)  # 2 phi(z)
    return (y_true - mean) * odd + scale * (density - 1 / math.sqrt(math.pi))
