"""A metric as a user writes it, that is no mean of frames: the critical success index."""

from keras import ops

from st_keras.metrics.video import PerLeadTimeMetric


class CSI(PerLeadTimeMetric):
    """Hits / (hits + misses + false alarms) over all pixels of all frames.

    A pixel is an event where it reaches `threshold`, in units of black 0 to white 1.
    """

    score = "csi50"
    title = "CSI at half"
    unit = "of 1"
    better = "higher"
    digits = 2
    threshold = 0.5
    sums = ("hits", "misses", "false_alarms")
    knows_missing = True

    def sums_of_frames(self, y_true, y_pred, valid=None):
        """Return the counts (N,) of each frame, of its valid pixels."""
        rained, forecast = y_true >= self.threshold, y_pred >= self.threshold
        counted = {
            "hits": rained & forecast,
            "misses": rained & ~forecast,
            "false_alarms": ~rained & forecast,
        }
        counted = {name: ops.cast(of, "float32") for name, of in counted.items()}
        if valid is not None:
            counted = {name: valid * of for name, of in counted.items()}
        return {name: ops.sum(of, (1, 2, 3)) for name, of in counted.items()}

    def from_sums(self, sums):
        """Return the index; NaN where there was no event."""
        return sums["hits"] / (sums["hits"] + sums["misses"] + sums["false_alarms"])
