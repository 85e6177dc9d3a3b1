"""How many frames a method reproduces exactly: their PSNR is infinite."""

import numpy as np
from keras import ops

from st_keras.metrics.video.per_lead_time import PerLeadTimeMetric
from st_keras.metrics.video.psnr import PSNR


class ExactFrames(PerLeadTimeMetric):
    """How many frames have no error in any valid value, an int64.

    A frame without a valid value, or whose forecast is NaN where the truth is valid, is not exact.

    Frames are scaled as `PSNR` scales them, under the same protocols: "thuml", "openstl", "float".

    Args, methods, shapes and errors: see `PerLeadTimeMetric`.
    """

    score = "exact_frames"
    shown = False
    protocols = PSNR.protocols
    sums = ("exact",)
    knows_missing = True
    nan_if_unknown = False  # there is no NaN among counts, and NaN is no exact forecast

    def sums_of_frames(self, y_true, y_pred, valid=None):
        """Return 1 for each of the prepared frames (N, H, W, C) without error, else 0."""
        squares = ops.square(y_true - y_pred)
        return {"exact": ops.mean(squares if valid is None else valid * squares, (1, 2, 3)) == 0}

    def from_sums(self, sums):
        """Return the counts."""
        return ops.cast(ops.round(sums["exact"]), "int64")

    @staticmethod
    def mean_over_lead_times(values):
        """Return the count of all lead times."""
        return float(np.sum(values))


def exact_frames_line(scores):
    """Return the line that says how many frames each method reproduces exactly; "" if none does.

    Args:
        scores: as for `shown_scores`.

    Example:

    >>> exact_frames_line({"net": {"exact_frames": [0, 0]}, "copy": {"exact_frames": [2, 1]}})
    'frames reproduced exactly, without a PSNR of their own: copy 3'
    """
    counts = {method: int(np.sum(s.get(ExactFrames.score, 0))) for method, s in scores.items()}
    told = ", ".join(f"{method} {count}" for method, count in counts.items() if count)
    return told and f"frames reproduced exactly, without a PSNR of their own: {told}"
