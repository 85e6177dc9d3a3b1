"""Scores as a `FrameProtocol` makes them: sums by sequence, and what follows from sums."""

import keras
import numpy as np

from st_keras.metrics.radar.contingency_table import COUNTS, contingency
from st_keras.metrics.radar.scores_of_counts import CONTINGENCY_SCORES
from st_keras.metrics.score_facts import ScoreFacts
from st_keras.metrics.scores_by_name import facts_of, score_class


class ScoreOfMetric:
    """One score of a `PerLeadTimeMetric`.

    Args:
        metric: the metric.
        together: bool, see `FrameProtocol.lead_times`.

    Attributes:
        facts: dict, name of a score -> what tables and curves know of it.
    """

    def __init__(self, metric, together):
        self.metric, self.together = metric, together
        self.facts = {metric.score: metric}

    @property
    def how(self):
        """dict, name of a score -> str: what is done to the frames for it."""
        return {self.metric.score: _in_words(self.metric.facts)}

    def sums(self, y_true, y_pred):
        """Return {name: float64 (B, T)}."""
        return self.metric.sums_by_sequence(y_true, y_pred)

    def scores(self, sums):
        """Return `(leads, mean)`: (..., T) and (...) for sums (..., T)."""
        leads = self._of(sums)
        if self.together:
            return {self.metric.score: leads}, {self.metric.score: self._of(sums, axis=-1)}
        rows = leads.reshape(-1, leads.shape[-1])
        means = np.array([self.metric.mean_over_lead_times(row) for row in rows])
        return {self.metric.score: leads}, {self.metric.score: means.reshape(leads.shape[:-1])}

    def _of(self, sums, axis=None):
        own = {
            name: keras.ops.convert_to_tensor(of if axis is None else of.sum(axis), "float64")
            for name, of in sums.items()
        }
        return keras.ops.convert_to_numpy(self.metric.from_sums(own)).astype(float)


class PooledCSI:
    """Critical success indices at several thresholds, of squares' largest values, and their mean.

    Args:
        thresholds: tuple of floats.
        pool: int, side of the squares; rows and columns that fill none are left out.
        together: bool, see `FrameProtocol.lead_times`.

    Attributes:
        facts, how: as of `ScoreOfMetric`.
    """

    def __init__(self, thresholds, pool, together):
        self.thresholds, self.pool, self.together = thresholds, pool, together
        key = "csi" if pool == 1 else f"csi_pool{pool}"
        self.names = [f"{key}_m", *(f"{key}@{threshold:g}" for threshold in thresholds)]
        self.facts = {name: facts_of(name) for name in self.names}
        squares = "" if pool == 1 else f", the largest in squares of {pool} x {pool} pixels,"
        axes = "pixels, sequences and lead times" if together else "pixels and sequences"
        what = f"values{squares} that reach the threshold, sums over all {axes}"
        self.how = dict.fromkeys(self.names, what)
        self.how[self.names[0]] = f"mean of those at {', '.join(f'{t:g}' for t in thresholds)}"

    def sums(self, y_true, y_pred):
        """Return {name: float64 (B, T, K)}."""
        y_true, y_pred = (self._pooled(frames) for frames in (y_true, y_pred))
        table = contingency(y_true, y_pred, self.thresholds, by_window=True)
        return {name: getattr(table, name) for name in COUNTS}

    def scores(self, sums):
        """Return `(leads, mean)`, as `ScoreOfMetric.scores`."""
        leads = self._named(sums)
        if self.together:
            return leads, self._named({name: of.sum(axis=-2) for name, of in sums.items()})
        rows = {name: of.reshape(-1, of.shape[-1]) for name, of in leads.items()}
        return leads, {
            name: np.array([ScoreFacts.mean_over_lead_times(row) for row in of]).reshape(
                leads[name].shape[:-1]
            )
            for name, of in rows.items()
        }

    def _named(self, sums):
        found = CONTINGENCY_SCORES["csi"](*(np.asarray(sums[name]) for name in COUNTS))
        known = ~np.isnan(found)
        count = known.sum(axis=-1)
        total = np.where(known, found, 0.0).sum(axis=-1)
        mean = np.where(count, total / np.maximum(count, 1), np.nan)
        return dict(zip(self.names, [mean, *np.moveaxis(found, -1, 0)], strict=True))

    def _pooled(self, frames):
        if self.pool == 1:
            return frames
        batch, steps, height, width, channels = frames.shape
        rows, columns = height // self.pool, width // self.pool
        frames = frames[:, :, : rows * self.pool, : columns * self.pool]
        shape = (batch, steps, rows, self.pool, columns, self.pool, channels)
        return frames.reshape(shape).max(axis=(3, 5))  # NaN where one value is


def scores_of(protocol, value_range, lpips=None):
    """Return the scores of a protocol, in the order of its tables.

    Args:
        protocol: `FrameProtocol`.
        value_range: (black, white) of the frames, where the protocol does not say them.
        lpips: path of the weights of LPIPS' backbone. Default None: it is no score.

    Returns:
        list of `ScoreOfMetric` and `PooledCSI`.
    """
    low, high = protocol.value_range or value_range
    together = protocol.lead_times == "together"
    facts = {"max_value": high, "min_value": low}
    found = [PooledCSI(protocol.thresholds, p, together) for p in protocol.pools]
    metrics = [score_class(name)(protocol=row, **facts) for name, row in protocol.scores]
    if lpips is not None:
        from st_keras.metrics.video.lpips import LPIPS

        metrics.append(LPIPS(lpips, protocol=protocol.lpips, **facts))
    return (found if protocol.thresholds else []) + [ScoreOfMetric(m, together) for m in metrics]


def _in_words(facts):
    """Return what a row of a metric's protocols does, in words.

    Example:
    >>> _in_words({"clip": True, "as_bytes": True, "data_range": 255.0, "window": 7,
    ...            "weighting": "uniform"})
    'bytes floor(255 x), uniform window 7 x 7, data range 255'
    """
    if facts.get("as_bytes"):
        said = ["bytes floor(255 x)"]
    else:
        said = ["forecast clipped to [0, 1]" if facts.get("clip") else "not clipped"]
    if "weighting" in facts:
        said.append(f"{facts['weighting']} window {facts['window']} x {facts['window']}")
    if "data_range" in facts:
        said.append(f"data range {facts['data_range']:g}")
    if "network" in facts:
        said.append(facts["network"])
    return ", ".join(said)
