"""What a protocol needs to know of forecasts: sums by window, small enough to keep them all."""

import dataclasses

import numpy as np

from st_keras.metrics.radar.amount_errors import error_scores, error_sums
from st_keras.metrics.radar.contingency_table import COUNTS, ContingencyTable, contingency
from st_keras.metrics.radar.fractions_skill import FractionSums, fraction_sums
from st_keras.metrics.radar.frame_arrays import check_frames
from st_keras.metrics.radar.protocols import RainProtocol, protocol_of
from st_keras.metrics.radar.scores_of_counts import contingency_scores
from st_keras.metrics.score_facts import ScoreFacts
from st_keras.units import check_threshold_units
from st_keras.validation import error

AMOUNTS = ("valid", "absolute", "squared", "forecast", "observed")
FRACTIONS = ("differences", "squares")


@dataclasses.dataclass(frozen=True)
class RainSums:
    """Sums of forecasts by window, of which all scores of a protocol are made.

    Attributes:
        protocol: `RainProtocol`.
        arrays: dict, name -> float64 array whose first axis are the windows and the second the lead
            times: the counts of `ContingencyTable` (B, T, K), the sums of `FractionSums`
            (B, T, K, S) and of `ErrorSums` (B, T).
    """

    protocol: RainProtocol
    arrays: dict

    @property
    def windows(self):
        """How many windows there are."""
        return len(self.arrays["valid"])

    def joined(self, other):
        """Return the sums of the windows of both, those of `other` last."""
        if self.protocol != other.protocol or _horizon(self) != _horizon(other):
            raise error(
                "RainSums",
                f"sums of {self.protocol.name}, {_horizon(self)} lead times, and of "
                f"{other.protocol.name}, {_horizon(other)} lead times",
                "sums of one protocol and as many lead times",
                "Sum all batches alike.",
            )
        arrays = {
            name: np.concatenate([of, other.arrays[name]]) for name, of in self.arrays.items()
        }
        return RainSums(self.protocol, arrays)

    def scores(self):
        """Return the scores of all windows, as `score_rain` does."""
        return scores_of_sums(self.protocol, {n: of.sum(axis=0) for n, of in self.arrays.items()})


def rain_sums(y_true, y_pred, protocol="radar-60min-v1", units=""):
    """Return the sums by window of forecasts, of which a protocol's scores are made.

    Batches of windows are summed one after the other and put together by `joined`, so that only the
    frames of one batch are in memory.

    Args:
        y_true: array (B, T, H, W, C) in the protocol's units, NaN where it is missing.
        y_pred: array of this shape; NaN is taken for no rain.
        protocol: str, a key of `PROTOCOLS`, or `RainProtocol`. Default "radar-60min-v1".
        units: str, of the frames. Default "": not known.

    Returns:
        `RainSums`.

    Raises:
        ValueError: for wrong or unequal shapes, infinite values, an unknown protocol, or frames in
            other units than its thresholds.

    Example:
    >>> rain = np.random.default_rng(0).gamma(0.3, 2.0, (4, 3, 16, 16, 1))
    >>> both = rain_sums(rain[:2], 0.9 * rain[:2]).joined(rain_sums(rain[2:], 0.9 * rain[2:]))
    >>> whole = rain_sums(rain, 0.9 * rain).scores()
    >>> both.windows, both.scores()["mean"]["csi@1"] == whole["mean"]["csi@1"]
    (4, True)
    """
    where = "score_rain"
    protocol = protocol_of(where, protocol)
    check_threshold_units(where, protocol.thresholds, protocol.units, units or None)
    y_true, y_pred = check_frames(where, y_true, y_pred)
    y_pred = np.where(np.isnan(y_pred), np.zeros((), y_pred.dtype), y_pred)
    frames = {"y_true": y_true, "y_pred": y_pred, "by_window": True}
    counts = contingency(thresholds=protocol.thresholds, **frames)
    fractions = fraction_sums(thresholds=protocol.fss_thresholds, scales=protocol.scales, **frames)
    amounts = error_sums(**frames)
    arrays = {
        name: getattr(of, name)
        for names, of in ((COUNTS, counts), (FRACTIONS, fractions), (AMOUNTS, amounts))
        for name in names
    }
    return RainSums(protocol, arrays)


def scores_of_sums(protocol, sums):
    """Return the scores of sums over windows; see `score_rain`."""
    counts = ContingencyTable(protocol.thresholds, *(sums[name] for name in COUNTS))
    leads = {
        f"{name}@{threshold:g}": values[:, k]
        for name, values in contingency_scores(counts).items()
        for k, threshold in enumerate(protocol.thresholds)
    }
    fractions = FractionSums(
        protocol.fss_thresholds, protocol.scales, *(sums[name] for name in FRACTIONS)
    ).score()
    for k, threshold in enumerate(protocol.fss_thresholds):
        for s, scale in enumerate(protocol.scales):
            leads[f"fss@{threshold:g}/{scale}px"] = fractions[:, k, s]
    leads.update(error_scores(*(sums[name] for name in AMOUNTS)))
    means = {name: ScoreFacts.mean_over_lead_times(values) for name, values in leads.items()}
    return {"protocol": protocol.name, "leads": leads, "mean": means}


def score_rain(y_true, y_pred, protocol="radar-60min-v1", units=""):
    """Return all scores of forecasts under a protocol, by lead time and their means.

    Args:
        y_true: array (B, T, H, W, C) in the protocol's units, NaN where it is missing.
        y_pred: array of this shape; NaN is taken for no rain. To score what all methods know
            instead, pass what `st_keras.metrics.video.common_pixels` leaves of the truth.
        protocol: str, a key of `PROTOCOLS`, or `RainProtocol`. Default "radar-60min-v1".
        units: str, of the frames; other ones than the protocol's are refused. Default "".

    Returns:
        dict: "protocol", its name; "leads", dict, name -> float64 array (T,); "mean", dict, name ->
        float, the plain mean of the lead times that have a score. Names are those of
        `contingency_scores` with the threshold, "csi@1"; "fss@1/5px" with the scale, too; "mae",
        "rmse", "mean_error" and "ratio". NaN where the denominator is empty.

    Raises:
        ValueError: for wrong or unequal shapes, infinite values, an unknown protocol, or frames in
            other units than its thresholds.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import score_rain
    >>> rain = np.random.default_rng(0).gamma(0.3, 2.0, (2, 3, 16, 16, 1))
    >>> scores = score_rain(rain, 0.9 * rain)
    >>> scores["leads"]["csi@1"].shape, round(scores["mean"]["ratio"], 6)
    ((3,), 0.9)
    """
    return rain_sums(y_true, y_pred, protocol, units).scores()


def _horizon(sums):
    return sums.arrays["valid"].shape[1]
