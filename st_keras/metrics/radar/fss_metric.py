"""Fractions skill score as a streaming Keras metric."""

import keras
from keras import ops

from st_keras.metrics.radar.fractions_skill import check_scales
from st_keras.metrics.radar.rain_metric import RainMetric
from st_keras.metrics.radar.scores_of_counts import ratio


@keras.saving.register_keras_serializable(package="st_keras")
class FSS(RainMetric):
    """Fractions skill score: 1 perfect, 0 no skill; as `fss` with definition="protocol".

    Args:
        thresholds: number or sequence of numbers, in the units of the frames. Default 1, for rain
            in mm/h.
        scale: int. Side of the squares in pixels. Default 5.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "fss".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import FSS
    >>> truth = np.zeros((1, 1, 6, 6, 1)); truth[0, 0, 2, 2] = 3.0
    >>> metric = FSS(scale=3)
    >>> metric.update_state(truth, np.roll(truth, 1, axis=3))
    >>> round(float(metric.result()), 3)
    0.667
    """

    score = "fss"
    better = "higher"
    perfect = 1.0
    counts = ("differences", "squares")

    def __init__(
        self,
        thresholds=(1.0,),
        scale=5,
        protocol="thuml",
        max_value=None,
        min_value=None,
        horizon=None,
        name=None,
        dtype=None,
    ):
        super().__init__(thresholds, protocol, max_value, min_value, horizon, name, dtype)
        (self.scale,) = check_scales(type(self).__name__, scale)

    def counts_at(self, y_true, y_pred, threshold, valid):
        """Return the sums (N,) of squared fractions at one threshold, over valid centres."""
        # Sums over squares take what is missing for 0, which may reach a threshold of dBZ.
        seen = ops.ones_like(y_true) if valid is None else ops.cast(valid > 0, "float32")
        observed, forecast = (
            self._fractions(seen * ops.cast(frames >= threshold, "float32"))
            for frames in (y_true, y_pred)
        )
        sums = {
            "differences": ops.square(forecast - observed),
            "squares": ops.square(forecast) + ops.square(observed),
        }
        return {name: ops.sum(seen * of, axis=(1, 2, 3)) for name, of in sums.items()}

    def score_of(self, counts):
        """Return the score of the sums, NaN without an event in either."""
        return 1.0 - ratio(counts["differences"], counts["squares"])

    def get_config(self):
        """Return the constructor arguments."""
        return {**super().get_config(), "scale": self.scale}

    def _fractions(self, events):
        """Return the share of events (N, H, W, C) in the square around each pixel."""
        before, n = self.scale // 2, self.scale
        for axis in (1, 2):
            pads = [(0, 0)] * 4
            pads[axis] = (before + 1, n - 1 - before)
            up_to = ops.moveaxis(ops.cumsum(ops.pad(events, pads), axis=axis), axis, 0)
            events = ops.moveaxis(up_to[n:] - up_to[:-n], 0, axis)
        return events / float(n * n)
