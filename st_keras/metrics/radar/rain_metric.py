"""What the Keras metrics of rain have in common: frames in the user's units, and thresholds."""

from keras import ops

from st_keras.metrics.radar.thresholds import check_thresholds
from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.validation import check_number


class RainMetric(PerLeadTimeMetric):
    """A score of frames in the user's units, at one or several thresholds.

    Frames are not scaled, clipped or rounded: `protocol`, of the frame metrics of
    `st_keras.metrics.video`, makes no difference here, and `max_value` and `min_value` only tell
    thresholds in other units. A subclass says what it sums for each threshold, `counts`, and writes

        counts_at(y_true, y_pred, threshold, valid) -> dict     (N,) of each of `counts`
        score_of(counts) -> score                               of these counts

    The score of several thresholds is the mean of theirs, without those whose denominator is empty.

    Args: as of `PerLeadTimeMetric`; `max_value` and `min_value` may be None: not known.
    """

    counts = ()
    knows_missing = True
    takes_thresholds = True

    def __init__(
        self,
        thresholds=(0.5, 1.0, 2.0, 5.0),
        protocol="thuml",
        max_value=None,
        min_value=None,
        horizon=None,
        name=None,
        dtype=None,
    ):
        where = type(self).__name__
        if max_value is not None:
            max_value = check_number(where, "max_value", max_value)
        if min_value is not None:
            min_value = check_number(where, "min_value", min_value)
        known = None not in (max_value, min_value) and min_value < max_value
        thresholds = check_thresholds(where, thresholds, (min_value, max_value) if known else None)
        # What PerLeadTimeMetric makes its sums of.
        self.sums = tuple(f"{of}_{k}" for k in range(len(thresholds)) for of in self.counts)
        low = 0.0 if min_value is None else min_value
        high = low + 1.0 if max_value is None else max_value
        super().__init__(protocol, high, low, horizon, name, dtype)
        self.thresholds = thresholds
        self.max_value, self.min_value = max_value, min_value

    def counts_at(self, y_true, y_pred, threshold, valid):
        """Return {name: float32 (N,)} of frames (N, H, W, C); `valid` as of PerLeadTimeMetric."""
        raise NotImplementedError

    def score_of(self, counts):
        """Return the score of counts, float64 tensors of one shape; NaN where there is none."""
        raise NotImplementedError

    def sums_of_frames(self, y_true, y_pred, valid=None):
        """Return the counts (N,) of each frame, at each threshold."""
        sums = {}
        for k, threshold in enumerate(self.thresholds):
            at = self.counts_at(y_true, y_pred, threshold, valid)
            sums.update({f"{name}_{k}": of for name, of in at.items()})
        return sums

    def from_sums(self, sums):
        """Return the mean of the scores at the thresholds that have one, else NaN."""
        scores = ops.stack(self._at_thresholds(sums), axis=-1)
        empty = ops.isnan(scores)
        known = ops.sum(ops.cast(~empty, scores.dtype), axis=-1)
        total = ops.sum(ops.where(empty, ops.zeros_like(scores), scores), axis=-1)
        nan = ops.full_like(total, float("nan"))
        return ops.where(known == 0, nan, total / ops.maximum(known, 1.0))

    def per_threshold(self):
        """Return the float32 scores (horizon, K) of the sequences seen, thresholds ascending."""
        self.per_lead_time()  # refuses a metric without a horizon
        sums = {name: value.value for name, value in self._sums.items()}
        return ops.cast(ops.stack(self._at_thresholds(sums), axis=-1), "float32")

    def get_config(self):
        """Return the constructor arguments."""
        return {**super().get_config(), "thresholds": self.thresholds}

    def _at_thresholds(self, sums):
        return [
            self.score_of({name: sums[f"{name}_{k}"] for name in self.counts})
            for k in range(len(self.thresholds))
        ]

    def _prepare(self, frames, clip):
        return ops.cast(frames, "float32")
