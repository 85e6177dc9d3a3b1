"""PSNR of the mean squared error, which stays finite where some frames have none."""

import math

import numpy as np
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.metrics.video.psnr import PSNR


class PSNROfMean(PerLeadTimeMetric):
    """PSNR in dB of the mean squared error over all frames: infinite only if none has an error.

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

    def sums_of_frames(self, y_true, y_pred):
        """Return the mean squared error (N,) of prepared frames (N, H, W, C)."""
        return {"squares": ops.mean(ops.square(y_true - y_pred), axis=(1, 2, 3))}

    def from_sums(self, sums):
        """Return the PSNR in dB of the mean squared error."""
        mse = sums["squares"] / sums["frames"]
        return 20.0 * math.log10(self.facts["data_range"]) - 10.0 * ops.log10(mse)

    @staticmethod
    def mean_over_lead_times(values):
        """Return the PSNR in dB of the mean squared error over all lead times."""
        with np.errstate(divide="ignore"):  # log 0 = -inf: no error at all
            return float(-10.0 * np.log10(np.mean(10.0 ** (-values / 10.0))))
