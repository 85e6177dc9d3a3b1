"""How often rain was forecast and came: the contingency table, by lead time and threshold."""

import dataclasses

import numpy as np

from st_keras.metrics.radar.frame_arrays import check_frames, unknown_forecasts
from st_keras.metrics.radar.thresholds import check_thresholds
from st_keras.validation import check_one_of, error

EVENTS = {">=": np.greater_equal, ">": np.greater}
COUNTS = ("hits", "misses", "false_alarms", "correct_negatives")


@dataclasses.dataclass(frozen=True)
class ContingencyTable:
    """Counts of values by what was forecast and what came; tables of batches are added.

    Attributes:
        thresholds: tuple of K floats, ascending, in the units of the frames.
        hits: float64 array (T, K), or (B, T, K) by window: event forecast and observed.
        misses: the same: observed, not forecast.
        false_alarms: the same: forecast, not observed.
        correct_negatives: the same: neither. All four are NaN where a forecast is NaN and the truth
            is valid: nobody knows what was forecast.

    Example:
    >>> table = contingency(np.ones((1, 1, 2, 2, 1)), np.zeros((1, 1, 2, 2, 1)), [0.5])
    >>> (table + table).misses.tolist()
    [[8.0]]
    """

    thresholds: tuple
    hits: np.ndarray
    misses: np.ndarray
    false_alarms: np.ndarray
    correct_negatives: np.ndarray

    def __add__(self, other):
        """Return the table of both, which have the same thresholds."""
        if self.thresholds != other.thresholds or self.hits.shape != other.hits.shape:
            raise error(
                "ContingencyTable",
                f"tables of the thresholds {self.thresholds} and {other.thresholds}, shapes "
                f"{self.hits.shape} and {other.hits.shape}",
                "tables of the same thresholds and lead times",
                "Count all batches alike.",
            )
        added = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        return ContingencyTable(self.thresholds, **added)

    def summed(self):
        """Return the table (T, K) of all windows, of one that was counted by window."""
        if self.hits.ndim == 2:
            return self
        added = {name: getattr(self, name).sum(axis=0) for name in COUNTS}
        return ContingencyTable(self.thresholds, **added)


def contingency(y_true, y_pred, thresholds, event=">=", by_window=False):
    """Count hits, misses, false alarms and correct negatives, by lead time and threshold.

    A value counts where the truth is valid; all windows, pixels and channels are counted together.
    NaN in the forecast where the truth is valid makes the counts of that lead time NaN.

    Args:
        y_true: array (B, T, H, W, C): what came, NaN where it is missing.
        y_pred: array of this shape: the forecast.
        thresholds: number or K different numbers, in the units of the frames.
        event: str. ">=" (default): a value that reaches the threshold is an event, as in the
            protocol "radar-60min-v1"; ">": one above it, as in `pysteps.verification`.
        by_window: bool. Default False: of all windows. True: for each window, (B, T, K), which
            `block_bootstrap` needs.

    Returns:
        `ContingencyTable`, whose counts are float64 (T, K), thresholds ascending.

    Raises:
        ValueError: for wrong or unequal shapes, infinite values, no or equal thresholds, or another
            event.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import contingency
    >>> truth = np.array([0.0, 0.6, 1.2, np.nan]).reshape(1, 1, 2, 2, 1)
    >>> forecast = np.array([0.5, 0.6, 0.9, 7.0]).reshape(1, 1, 2, 2, 1)
    >>> table = contingency(truth, forecast, thresholds=[0.5, 1.0])
    >>> table.hits.tolist(), table.false_alarms.tolist(), table.misses.tolist()
    ([[2.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]])
    """
    where = "contingency"
    y_true, y_pred = check_frames(where, y_true, y_pred)
    thresholds = check_thresholds(where, thresholds)
    reaches = EVENTS[check_one_of(where, "event", event, EVENTS)]
    valid = ~np.isnan(y_true)
    unknown = unknown_forecasts(y_true, y_pred)
    counted = _count(valid)
    counts = {name: np.empty((*unknown.shape, len(thresholds))) for name in COUNTS}
    for k, threshold in enumerate(thresholds):
        with np.errstate(invalid="ignore"):  # NaN is no event
            came, told = reaches(y_true, threshold), reaches(y_pred, threshold)
        came_and_told, observed, forecast = (_count(of) for of in (came & told, came, told & valid))
        counts["hits"][..., k] = came_and_told
        counts["misses"][..., k] = observed - came_and_told
        counts["false_alarms"][..., k] = forecast - came_and_told
        counts["correct_negatives"][..., k] = counted - observed - forecast + came_and_told
    for of in counts.values():
        of[unknown] = np.nan
    table = ContingencyTable(thresholds, **counts)
    return table if by_window else table.summed()


def _count(of):
    """Return how many values (B, T) of a bool array (B, T, H, W, C) are true."""
    return np.count_nonzero(of, axis=(2, 3, 4)).astype(float)
