"""PSNR of the mean squared error, which stays finite where some frames have none."""

import math

import numpy as np
from keras import ops

from st_keras.metrics.score_facts import scored_lead_times
from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.metrics.video.psnr import PSNR


class PSNROfMean(PerLeadTimeMetric):
    """PSNR in dB of the mean squared error over all valid values: infinite only if all are exact.

    Frames are scaled as `PSNR` scales them, under the same protocols: "thuml", "openstl", "float".

    Args, methods, shapes and errors: see `PerLeadTimeMetric`.
    """

    score = "psnr_of_mse"
    title = "PSNR of mean MSE"
    unit = PSNR.unit
    better = "higher"
    stands_in_for = PSNR.score
    protocols = PSNR.protocols
    sums = ("squares",)
    knows_missing = True
    weighs_pixels = True

    def sums_of_frames(self, y_true, y_pred, valid=None):
        """Return the sum of squared errors (N,) over H W C of prepared frames (N, H, W, C)."""
        squares = ops.square(y_true - y_pred)
        return {"squares": ops.mean(squares if valid is None else valid * squares, (1, 2, 3))}

    def share_of_frames(self, valid):
        """Return the part of each frame that is valid (N,): every value weighs the same."""
        return ops.mean(valid, axis=(1, 2, 3))

    def from_sums(self, sums):
        """Return the PSNR in dB of the mean squared error."""
        mse = sums["squares"] / sums["frames"]
        return 20.0 * math.log10(self.facts["data_range"]) - 10.0 * ops.log10(mse)

    @staticmethod
    def mean_over_lead_times(values):
        """Return the PSNR in dB of the mean squared error over all lead times that have one."""
        known = scored_lead_times(values)
        if not known.size:
            return float("nan")
        with np.errstate(divide="ignore"):  # log 0 = -inf: no error at all
            return float(-10.0 * np.log10(np.mean(10.0 ** (-known / 10.0))))
