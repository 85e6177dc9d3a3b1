"""What stands in for the mean PSNR where frames have no error, and how many of them there are."""

import math

import numpy as np
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric


class PSNROfMean(PerLeadTimeMetric):
    """Mean squared error of frames that are scaled as the protocol of the PSNR says.

    Args, methods, shapes and errors: see `PerLeadTimeMetric`; protocols are those of `PSNR`.
    """

    score = "psnr"

    def score_frames(self, y_true, y_pred):
        """Return the mean squared error (N,) of prepared frames (N, H, W, C)."""
        return ops.mean(ops.square(y_true - y_pred), axis=(1, 2, 3))

    def psnr_per_lead_time(self):
        """Return the PSNR in dB, float32 (horizon,), of the mean squared error of each."""
        mse = ops.convert_to_numpy(self.per_lead_time())
        with np.errstate(divide="ignore"):  # log 0 = -inf: no frame has an error
            return np.float32(20.0 * math.log10(self.facts["data_range"])) - 10.0 * np.log10(mse)


class ExactFrames(PSNROfMean):
    """How many frames have no error, under the protocol of the PSNR.

    Args, methods, shapes and errors: see `PerLeadTimeMetric`; protocols are those of `PSNR`.
    """

    def score_frames(self, y_true, y_pred):
        """Return 1 for each of the prepared frames (N, H, W, C) without error, else 0."""
        return ops.cast(super().score_frames(y_true, y_pred) == 0, "float32")

    def count_per_lead_time(self):
        """Return the counts, int64 (horizon,)."""
        return np.rint(ops.convert_to_numpy(self.totals.value)).astype("int64")
