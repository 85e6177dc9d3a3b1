"""Scores of the contingency table as streaming Keras metrics: CSI, POD, FAR and others."""

import keras
from keras import ops

from st_keras.metrics.radar.contingency_table import COUNTS
from st_keras.metrics.radar.rain_metric import RainMetric
from st_keras.metrics.radar.scores_of_counts import CONTINGENCY_SCORES


class EventMetric(RainMetric):
    """A score of hits, misses, false alarms and correct negatives; see `contingency_scores`.

    An event is a value that reaches the threshold. Weights of pixels weigh the counts.
    """

    counts = COUNTS
    weighs_pixels = True

    def counts_at(self, y_true, y_pred, threshold, valid):
        """Return the counts (N,) of each frame at one threshold, of its valid values."""
        came, told = y_true >= threshold, y_pred >= threshold
        both = (came & told, came & ~told, ~came & told, ~(came | told))
        counts = {}
        for name, of in zip(COUNTS, both, strict=True):
            of = ops.cast(of, "float32")
            counts[name] = ops.sum(of if valid is None else valid * of, axis=(1, 2, 3))
        return counts

    def share_of_frames(self, valid):
        """Return the part of each frame that is valid (N,): every value weighs the same."""
        return ops.mean(valid, axis=(1, 2, 3))

    def score_of(self, counts):
        """Return the score of the counts, NaN where its denominator is 0."""
        return CONTINGENCY_SCORES[self.score](*(counts[name] for name in COUNTS))


@keras.saving.register_keras_serializable(package="st_keras")
class CSI(EventMetric):
    """Critical success index, threat score: hits / (hits + misses + false alarms).

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "csi".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import CSI
    >>> metric = CSI(thresholds=[1, 5], horizon=1)
    >>> truth = np.array([2.0, 2.0, 0.0, 0.0]).reshape(1, 1, 2, 2, 1)
    >>> metric.update_state(truth, np.array([2.0, 0.0, 0.0, 0.0]).reshape(1, 1, 2, 2, 1))
    >>> float(metric.result()), metric.per_threshold().numpy().tolist()
    (0.5, [[0.5, nan]])
    """

    score = "csi"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class POD(EventMetric):
    """Probability of detection, hit rate: hits / (hits + misses).

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "pod".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "pod"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class FAR(EventMetric):
    """False alarm ratio: false alarms / (hits + false alarms).

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "far".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "far"
    better = "lower"
    perfect = 0.0


@keras.saving.register_keras_serializable(package="st_keras")
class SuccessRatio(EventMetric):
    """Precision, 1 - FAR: hits / (hits + false alarms).

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "success_ratio".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "success_ratio"
    title = "success ratio"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class FrequencyBias(EventMetric):
    """Events forecast per event observed: (hits + false alarms) / (hits + misses).

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "frequency_bias".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "frequency_bias"
    title = "frequency bias"


@keras.saving.register_keras_serializable(package="st_keras")
class F1(EventMetric):
    """2 hits / (2 hits + misses + false alarms).

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "f1".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "f1"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class HSS(EventMetric):
    """Heidke skill score: correct forecasts beyond those of chance.

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "hss".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "hss"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class GSS(EventMetric):
    """Gilbert skill score, equitable threat score: the CSI without hits by chance.

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "gss".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "gss"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class HanssenKuipers(EventMetric):
    """Hanssen-Kuipers discriminant, Peirce skill score: POD minus false alarm rate.

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "hk".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "hk"
    title = "Hanssen-Kuipers"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class MCC(EventMetric):
    """Matthews correlation coefficient of events forecast and observed.

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "mcc".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "mcc"
    better = "higher"
    perfect = 1.0


@keras.saving.register_keras_serializable(package="st_keras")
class EventAccuracy(EventMetric):
    """Share of values that are hits or correct negatives.

    Args:
        thresholds: number or sequence of numbers, in the units of the frames: a value that reaches
            it is an event. The score is the mean over those that have one. Default
            (0.5, 1, 2, 5), for rain in mm/h.
        protocol: str. "thuml" (default), "openstl" or "float": all the same, frames are never
            scaled.
        max_value: float, largest value of the frames, or None (default): not known. Thresholds that
            all lie above it, or not above `min_value`, are refused.
        min_value: float or None (default), the least.
        horizon: int or None. Number of lead times, needed by `per_lead_time()`. Default None.
        name: str or None. Name in the logs. Default None: "accuracy".
        dtype: Kept for Keras; frames are scored in float32.

    Methods, shapes and errors: see `st_keras.metrics.video.PerLeadTimeMetric`; `per_threshold()`
    is float32 (horizon, K).
    """

    score = "accuracy"
    title = "accuracy"
    better = "higher"
    perfect = 1.0
