"""Peak signal-to-noise ratio per frame, in decibels."""

import math

import keras
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric


@keras.saving.register_keras_serializable(package="st_keras")
class PSNR(PerLeadTimeMetric):
    """Peak signal-to-noise ratio of each frame in dB, then the mean over frames.

        PSNR = 20 log10(data_range) - 10 log10(mean squared error of the frame's valid values)

    Identical frames have PSNR inf, and one of them makes the mean inf, as in the published code:
    an infinite mean shows that frames were equal. `score_forecasts` also gives the PSNR of the mean
    squared error, which stays finite, and tables and pictures show that one then. A frame without
    any valid value does not count.

    Args:
        protocol: str. "thuml" (default): both frames as bytes, floor(255 x), data range 255.
            "openstl": float frames, prediction clipped to [0, 1], data range 1. "float": as that,
            not clipped.
        max_value: float. Value of white in the units of the frames. Default 1.0; 255 for bytes.
        min_value: float. Value of black. Default 0.0.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Default None: "psnr".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `PerLeadTimeMetric`.

    Differs from the published code: predrnn-pytorch lets a truth outside [0, 1] wrap around in
    uint8; here it is clipped.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import PSNR
    >>> metric = PSNR(protocol="float")
    >>> metric.update_state(np.zeros((1, 5, 8, 8, 1)), np.full((1, 5, 8, 8, 1), 0.1))
    >>> round(float(metric.result()), 3)
    20.0

    References: [1] https://github.com/thuml/predrnn-pytorch core/utils/metrics.py
        [2] https://github.com/chengtan9907/OpenSTL openstl/core/metrics.py
    """

    score = "psnr"
    unit = "dB"
    better = "higher"
    knows_missing = True
    protocols = {
        "thuml": {"clip": True, "as_bytes": True, "data_range": 255.0},
        "openstl": {"clip": True, "as_bytes": False, "data_range": 1.0},
        "float": {"clip": False, "as_bytes": False, "data_range": 1.0},
    }

    def score_frames(self, y_true, y_pred, valid=None):
        """Return the PSNR (N,) in dB of prepared frames (N, H, W, C)."""
        squares = ops.square(y_true - y_pred)
        if valid is None:
            mse = ops.mean(squares, axis=(1, 2, 3))
        else:
            count = ops.maximum(ops.sum(valid, axis=(1, 2, 3)), 1.0)
            mse = ops.sum(valid * squares, axis=(1, 2, 3)) / count
        return 20.0 * math.log10(self.facts["data_range"]) - 10.0 * ops.log10(mse)
