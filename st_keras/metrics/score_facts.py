"""What a score says of itself to tables and curves."""

import numpy as np


class ScoreFacts:
    """Facts of a score, as class attributes; these are those of a score of which nothing is known.

    Attributes:
        score: str, the key of the score in results: "rmse".
        title: str, its name in tables and curves. Default None: `score` in capitals.
        unit: str: "dB". Default "": none, or that of the frames.
        better: "lower", "higher" or None (default): neither, or not known.
        perfect: float, the score of a forecast without a fault, from which skill is measured.
            Default None: there is none that is finite, or it is not known.
        digits: int, decimals in tables. Default 3.
        shown: bool. Default True; False leaves a count out of tables and curves.
        takes_thresholds: bool, whether it is made with `thresholds=`, in the units of the frames.
            Default False.
        stands_in_for: str, the score in whose place this one is shown where that one is infinite.
            Default None: it is always shown.
    """

    score = None
    title = None
    unit = ""
    better = None
    perfect = None
    digits = 3
    shown = True
    takes_thresholds = False
    stands_in_for = None

    @staticmethod
    def mean_over_lead_times(values):
        """Return one float for scores (horizon,), in which every lead time weighs the same.

        Lead times without a score, whose truth is all missing, are left out; NaN if all are.
        """
        known = scored_lead_times(values)
        return float(np.mean(known)) if known.size else float("nan")


def scored_lead_times(values):
    """Return the scores (k,) of `values` (horizon,) that are not NaN.

    Example:

    >>> scored_lead_times([2.0, float("nan")]).tolist()
    [2.0]
    """
    values = np.asarray(values, float)
    return values[~np.isnan(values)]
