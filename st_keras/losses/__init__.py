"""Losses of frames: rain, which is rare; distributions; what leads further weighs otherwise.

All are Keras losses, for `compile` of any model. A `Forecaster` computes its loss in network units
and tells these losses so: thresholds stay in the user's units.
"""

from st_keras.losses.balanced_errors import BalancedMAE, BalancedMSE
from st_keras.losses.build_loss import build_loss
from st_keras.losses.crps import CRPSLoss
from st_keras.losses.frame_loss import FrameLoss
from st_keras.losses.lead_time_weights import LeadTimeWeights
from st_keras.losses.pinball import PinballLoss
from st_keras.losses.soft_csi import SoftCSI

__all__ = [
    "BalancedMAE",
    "BalancedMSE",
    "CRPSLoss",
    "FrameLoss",
    "LeadTimeWeights",
    "PinballLoss",
    "SoftCSI",
    "build_loss",
]
