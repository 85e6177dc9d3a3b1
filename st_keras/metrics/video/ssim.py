"""Structural similarity per frame, in the three variants behind published numbers and one more."""

import keras
import tensorflow as tf
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.metrics.video.ssim_uniform import (
    WINDOW,
    mean_of_windows,
    ssim_uniform,
    whole_windows,
)

_UNIFORM = {"window": WINDOW, "weighting": "uniform"}
_GAUSSIAN = {"window": 11, "weighting": "gaussian"}


@keras.saving.register_keras_serializable(package="st_keras")
class SSIM(PerLeadTimeMetric):
    """Structural similarity of each frame (1: identical), then the mean over frames.

    Where values are missing, that of a frame is the mean over the windows that hold none of them; a
    frame without such a window does not count.

    Args:
        protocol: str, which of four different numbers:
            "thuml" (default): both frames as bytes, floor(255 x), uniform window 7x7, data range
            255, as scikit-image computes it in the code of the PredRNN authors.
            "gaussian": float frames, prediction clipped to [0, 1], Gaussian window 11x11 of sigma
            1.5, data range 1: Wang et al. 2004, `tf.image.ssim`.
            "openstl": float frames, prediction clipped, uniform window 7x7, data range 2. The range
            is twice the true one, which INFLATES the score (0.65 becomes 0.78 on blurred blobs);
            only for comparison with numbers printed by OpenSTL.
            "float": float frames, not clipped, uniform window 7x7, data range 1.
        max_value: float. Value of white in the units of the frames. Default 1.0; 255 for bytes.
        min_value: float. Value of black. Default 0.0.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Default None: "ssim".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `PerLeadTimeMetric`; also refuses frames smaller than the
    window. Height and width should be known when a graph is traced: frames that turn out too small
    at run time score NaN with a uniform window.

    Differs from the published code: predrnn-pytorch lets a truth outside [0, 1] wrap around in
    uint8; here it is clipped.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.video import SSIM
    >>> frames = np.random.default_rng(0).random((1, 2, 16, 16, 1))
    >>> scores = {}
    >>> for protocol in ("thuml", "openstl"):
    ...     metric = SSIM(protocol=protocol)
    ...     metric.update_state(frames, np.full_like(frames, 0.5))
    ...     scores[protocol] = float(metric.result())
    >>> scores["openstl"] > scores["thuml"]
    True

    References: [1] Wang et al., Image quality assessment: from error visibility to structural
        similarity, IEEE TIP 2004. [2] https://github.com/thuml/predrnn-pytorch core/trainer.py
        [3] https://github.com/chengtan9907/OpenSTL openstl/core/metrics.py
    """

    score = "ssim"
    better = "higher"
    perfect = 1.0
    digits = 4
    knows_missing = True
    # OpenSTL gives scikit-image floats in [0, 1] and no data range; up to 0.19.3 that meant range 2
    # (floats were taken to span [-1, 1]), which makes the stabilising constants 4 times too large.
    protocols = {
        "thuml": {"clip": True, "as_bytes": True, "data_range": 255.0, **_UNIFORM},
        "openstl": {"clip": True, "as_bytes": False, "data_range": 2.0, **_UNIFORM},
        "float": {"clip": False, "as_bytes": False, "data_range": 1.0, **_UNIFORM},
        "gaussian": {"clip": True, "as_bytes": False, "data_range": 1.0, **_GAUSSIAN},
    }

    def score_frames(self, y_true, y_pred, valid=None):
        """Return the SSIM (N,) of prepared frames (N, H, W, C)."""
        facts = self.facts
        if facts["weighting"] == "uniform":
            return ssim_uniform(y_true, y_pred, facts["data_range"], facts["window"], valid)
        arguments = {
            "max_val": facts["data_range"],
            "filter_size": facts["window"],
            "filter_sigma": 1.5,
        }
        if valid is None:
            return tf.image.ssim(y_true, y_pred, **arguments)
        # TensorFlow's map of windows is the mean over channels, which may lack different pixels.
        single = (_channels_as_frames(frames) for frames in (y_true, y_pred))
        scores = tf.image.ssim(*single, **arguments, return_index_map=True)
        size = ops.shape(valid)
        scores = ops.reshape(scores, (size[0], size[3], *ops.shape(scores)[1:]))
        whole = whole_windows(valid, facts["window"])
        return mean_of_windows(ops.transpose(scores, (0, 2, 3, 1)), whole)

    def share_of_frames(self, valid):
        """Return 1 for each frame with a window that holds no missing value, else 0."""
        whole = whole_windows(valid, self.facts["window"])
        return ops.cast(ops.any(whole > 0, axis=(1, 2, 3)), "float32")


def _channels_as_frames(frames):
    """(N, H, W, C) -> (N C, H, W, 1)."""
    size = ops.shape(frames)
    channels_first = ops.transpose(frames, (0, 3, 1, 2))
    return ops.reshape(channels_first, (size[0] * size[3], size[1], size[2], 1))
