"""Root of the mean squared error per pixel."""

import keras
import numpy as np
from keras import ops

from st_keras.metrics.score_facts import scored_lead_times
from st_keras.metrics.video.frame_mse import FrameMSE
from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric


@keras.saving.register_keras_serializable(package="st_keras")
class RMSE(PerLeadTimeMetric):
    """Root of the mean squared error over all valid pixels, channels and frames ("RMSE").

    The root is taken of the mean over frames, not of each: RMSE^2 H W C is `FrameMSE` under the
    same protocol. Frames are scaled to [0, 1] first; times (max_value - min_value) the score is in
    the units of the frames.

    Args:
        protocol: str. "thuml" (default): predictions are clipped to [0, 1]. "openstl" and "float":
            not clipped. The published codes print no RMSE; these are their protocols of the MSE.
        max_value: float. Value of white in the units of the frames. Default 1.0; 255 for bytes.
        min_value: float. Value of black. Default 0.0.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Default None: "rmse".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `PerLeadTimeMetric`.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import RMSE
    >>> metric = RMSE(horizon=2)
    >>> forecast = np.zeros((2, 2, 8, 8, 1))
    >>> forecast[0] = 0.5
    >>> metric.update_state(np.zeros((2, 2, 8, 8, 1)), forecast)
    >>> [round(float(score), 4) for score in metric.per_lead_time()]  # the root of 0.25 / 2
    [0.3536, 0.3536]
    """

    score = "rmse"
    better = "lower"
    perfect = 0.0
    digits = 4
    protocols = FrameMSE.protocols
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
        """Return the root of the mean squared error."""
        return ops.sqrt(sums["squares"] / sums["frames"])

    @staticmethod
    def mean_over_lead_times(values):
        """Return the root of the mean squared error over all lead times that have one."""
        known = scored_lead_times(values)
        return float(np.sqrt(np.mean(np.square(known)))) if known.size else float("nan")
