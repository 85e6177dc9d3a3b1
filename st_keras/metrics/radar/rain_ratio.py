"""How much of the rain is forecast at all, as a streaming Keras metric."""

import keras
from keras import ops

from st_keras.metrics.radar.scores_of_counts import ratio
from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric


@keras.saving.register_keras_serializable(package="st_keras")
class RainRatio(PerLeadTimeMetric):
    """Sum of the forecast over sum of the observed values: 1 is right, 0 a forecast of no rain.

    Read it beside every MAE. Frames are not scaled: 0 must mean no rain.

    Args:
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float. Kept so that all metrics are made alike. Default 1.0.
        min_value: float. Kept so that all metrics are made alike. Default 0.0.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "ratio".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import RainRatio
    >>> metric = RainRatio()
    >>> rain = np.random.default_rng(0).gamma(0.3, 2.0, (2, 3, 8, 8, 1))
    >>> metric.update_state(rain, 0.75 * rain)
    >>> round(float(metric.result()), 4)
    0.75
    """

    score = "ratio"
    title = "ratio forecast/observed"
    digits = 2
    sums = ("forecast", "observed")
    knows_missing = True
    weighs_pixels = True

    def sums_of_frames(self, y_true, y_pred, valid=None):
        """Return the sums (N,) of frames (N, H, W, C), of their valid values."""
        sums = {"forecast": y_pred, "observed": y_true}
        return {
            name: ops.sum(of if valid is None else valid * of, axis=(1, 2, 3))
            for name, of in sums.items()
        }

    def share_of_frames(self, valid):
        """Return the part of each frame that is valid (N,): every value weighs the same."""
        return ops.mean(valid, axis=(1, 2, 3))

    def from_sums(self, sums):
        """Return forecast / observed, NaN without rain."""
        return ratio(sums["forecast"], sums["observed"])

    def _prepare(self, frames, clip):
        return ops.cast(frames, "float32")
