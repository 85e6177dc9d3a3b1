"""Absolute error per frame, the "MAE" of the video prediction literature."""

import keras
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric


@keras.saving.register_keras_serializable(package="st_keras")
class FrameMAE(PerLeadTimeMetric):
    """Absolute error of a frame, SUMMED over its pixels and channels, as published ("MAE").

    Frames are scaled to [0, 1] first; the mean over sequences and lead times follows. Where values
    are missing it is the mean over the valid values of all frames, times H * W * C.

    No protocol clips: predrnn-pytorch prints no MAE, and the MAE published for PredRNN comes from
    its TensorFlow ancestor, which sums the error before it clips the prediction. So the three
    protocols give the same number here, unlike those of `FrameMSE`.

    Args:
        protocol: str. "thuml" (default), "openstl" or "float"; names the source of the numbers you
            compare with.
        max_value: float. Value of white in the units of the frames. Default 1.0; 255 for bytes.
        min_value: float. Value of black. Default 0.0.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Default None: "mae".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `PerLeadTimeMetric`.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import FrameMAE
    >>> metric = FrameMAE(max_value=255)
    >>> metric.update_state(np.zeros((1, 5, 8, 8, 1)), np.full((1, 5, 8, 8, 1), 51))
    >>> round(float(metric.result()), 4)
    12.8

    References: [1] https://github.com/chengtan9907/OpenSTL openstl/core/metrics.py
    """

    score = "mae"
    better = "lower"
    perfect = 0.0
    knows_missing = True
    weighs_pixels = True
    # The PyTorch code prints no MAE. The published ones come from its TensorFlow ancestor, which
    # takes the absolute error one line before it clips.
    protocols = {
        "thuml": {"clip": False, "as_bytes": False},
        "openstl": {"clip": False, "as_bytes": False},
        "float": {"clip": False, "as_bytes": False},
    }

    def score_frames(self, y_true, y_pred, valid=None):
        """Return the sum of absolute errors (N,) of prepared frames (N, H, W, C)."""
        errors = ops.abs(y_true - y_pred)
        return ops.sum(errors if valid is None else valid * errors, axis=(1, 2, 3))

    def share_of_frames(self, valid):
        """Return the part of each frame that is valid (N,): every value weighs the same."""
        return ops.mean(valid, axis=(1, 2, 3))
