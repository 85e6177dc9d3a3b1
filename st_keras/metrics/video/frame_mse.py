"""Squared error per frame, the "MSE" of the video prediction literature."""

import keras
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric


@keras.saving.register_keras_serializable(package="st_keras")
class FrameMSE(PerLeadTimeMetric):
    """Squared error of a frame, SUMMED over its pixels and channels, as published ("MSE").

    Frames are scaled to [0, 1] first. The mean over sequences and lead times follows; divide by
    H * W * C for a mean per pixel (64 x 64 grey frames: 4096). Where values are missing it is the
    mean over the valid values of all frames, times H * W * C.

    Args:
        protocol: str. "thuml" (default): predictions are clipped to [0, 1], as in the code of the
            PredRNN authors. "openstl" and "float": not clipped, as in OpenSTL.
        max_value: float. Value of white in the units of the frames. Default 1.0; 255 for bytes.
        min_value: float. Value of black. Default 0.0.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Default None: "mse".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `PerLeadTimeMetric`.

    Differs from the published code: predrnn-pytorch prints "mse per seq", the sum over the lead
    times (this value times the horizon), and drops the last batch, even a full one. Here every
    frame that is passed counts.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import FrameMSE
    >>> truth, forecast = np.ones((2, 5, 8, 8, 1)), np.full((2, 5, 8, 8, 1), 1.5)
    >>> clipped, raw = FrameMSE(), FrameMSE(protocol="openstl")
    >>> clipped.update_state(truth, forecast)
    >>> raw.update_state(truth, forecast)
    >>> float(clipped.result()), float(raw.result())
    (0.0, 16.0)

    References: [1] https://github.com/thuml/predrnn-pytorch core/trainer.py
        [2] https://github.com/chengtan9907/OpenSTL openstl/core/metrics.py
    """

    score = "mse"
    better = "lower"
    perfect = 0.0
    knows_missing = True
    weighs_pixels = True
    protocols = {
        "thuml": {"clip": True, "as_bytes": False},
        "openstl": {"clip": False, "as_bytes": False},
        "float": {"clip": False, "as_bytes": False},
    }

    def score_frames(self, y_true, y_pred, valid=None):
        """Return the sum of squared errors (N,) of prepared frames (N, H, W, C)."""
        squares = ops.square(y_true - y_pred)
        return ops.sum(squares if valid is None else valid * squares, axis=(1, 2, 3))

    def share_of_frames(self, valid):
        """Return the part of each frame that is valid (N,): every value weighs the same."""
        return ops.mean(valid, axis=(1, 2, 3))
