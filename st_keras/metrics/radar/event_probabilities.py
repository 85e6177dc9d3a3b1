"""Probabilities that an ensemble gives an event, against how often it came.

An ensemble of M members knows M + 1 probabilities. How often each was said, and how often the event
came then, is all that Brier score, reliability and ROC need.
"""

import dataclasses

import numpy as np

from st_keras.metrics.radar.frame_arrays import check_frames, check_members
from st_keras.metrics.radar.thresholds import check_thresholds
from st_keras.validation import check_int, error


@dataclasses.dataclass(frozen=True)
class ProbabilityTable:
    """Counts by the number of members that have the event; tables of batches are added.

    Attributes:
        thresholds: tuple of K floats, ascending, in the units of the frames.
        cases: int64 array (T, K, M + 1), or (B, T, K, M + 1) by window: how often 0, 1, ... M
            members had the event.
        events: the same: how often the event came then.

    Example:
    >>> truth = np.array([0.0, 2.0]).reshape(1, 1, 1, 2, 1)
    >>> table = probability_table(truth, [truth, 0 * truth], thresholds=1)
    >>> table.cases.tolist(), table.events.tolist(), table.brier().tolist()
    ([[[1, 1, 0]]], [[[0, 1, 0]]], [[0.125]])
    """

    thresholds: tuple
    cases: np.ndarray
    events: np.ndarray

    def __add__(self, other):
        """Return the table of both, which have the same thresholds and as many members."""
        if self.thresholds != other.thresholds or self.cases.shape != other.cases.shape:
            raise error(
                "ProbabilityTable",
                f"tables of the thresholds {self.thresholds} and {other.thresholds}, shapes "
                f"{self.cases.shape} and {other.cases.shape}",
                "tables of the same thresholds, lead times and number of members",
                "Count all batches alike.",
            )
        return ProbabilityTable(
            self.thresholds, self.cases + other.cases, self.events + other.events
        )

    def summed(self):
        """Return the table (T, K, M + 1) of all windows, of one that was counted by window."""
        if self.cases.ndim == 3:
            return self
        return ProbabilityTable(self.thresholds, self.cases.sum(axis=0), self.events.sum(axis=0))

    def joined_leads(self):
        """Return the table (1, K, M + 1) of all windows and lead times together."""
        table = self.summed()
        cases, events = (each.sum(axis=0, keepdims=True) for each in (table.cases, table.events))
        return ProbabilityTable(self.thresholds, cases, events)

    def reliability_curves(self, units, bins=None):
        """Return the curves of `plots.reliability_diagram`, of all windows and lead times together.

        Args:
            units: str, of the thresholds.
            bins: as of `reliability`.

        Returns:
            dict, such as "1 mm/h" -> dict of arrays (bins,), as of `reliability`.
        """
        joined = self.joined_leads().reliability(bins)
        return {
            f"{threshold:g} {units}": {name: of[0, k] for name, of in joined.items()}
            for k, threshold in enumerate(self.thresholds)
        }

    @property
    def probabilities(self):
        """The M + 1 probabilities that are told apart: of members, the share that has the event."""
        return np.arange(self.cases.shape[-1]) / (self.cases.shape[-1] - 1)

    def brier(self, fair=False):
        """Return the Brier score (T, K): mean (probability - event)^2, lower is better.

        Args:
            fair: bool. Default False. True: an estimate of what more members would score, less
                p (1 - p) / (M - 1) of each case.

        Returns:
            float64 array (T, K), NaN without a case.
        """
        p = self.probabilities
        squares = self.cases * p**2 - 2 * self.events * p + self.events
        if fair:
            squares = squares - self.cases * p * (1 - p) / (len(p) - 2)
        with np.errstate(invalid="ignore"):
            return squares.sum(axis=-1) / self.cases.sum(axis=-1)

    def reliability(self, bins=None):
        """Return the points of a reliability diagram.

        Args:
            bins: int or None. Default None: a point for each probability the members can give. An
                int: that many bins of equal width, of which a value on an edge is in the lower.

        Returns:
            dict of arrays (T, K, bins): "probability", the mean that was said; "frequency", how
            often the event came then; both NaN where nothing was said; "cases", int64.

        Raises:
            ValueError: for less than 1 bin.
        """
        cases, events = self.cases, self.events
        said = cases * self.probabilities
        if bins is not None:
            bins = check_int("reliability", "bins", bins, 1)
            # Whole numbers: 3 of 10 members lie on the edge of the third of ten bins, exactly.
            members = cases.shape[-1] - 1
            place = np.maximum(-(-np.arange(members + 1) * bins // members) - 1, 0)
            joined = np.zeros((3, *cases.shape[:-1], bins))
            for m, k in enumerate(place):
                joined[..., k] += cases[..., m], said[..., m], events[..., m]
            cases, said, events = joined
        with np.errstate(divide="ignore", invalid="ignore"):
            return {
                "probability": said / cases,
                "frequency": events / cases,
                "cases": cases.astype(np.int64),
            }

    def roc(self):
        """Return the curve of hits against false alarms, by how many members must have the event.

        Returns:
            dict of float64 arrays: "pod" and "pofd" (T, K, M + 2), from (0, 0), no member is
            enough, to (1, 1), none is needed; "area" under the curve (T, K), 0.5 without skill, 1
            perfect. NaN where the event came always or never.
        """
        misses = self.cases - self.events
        curve = {}
        for name, of in (("pod", self.events), ("pofd", misses)):
            at_least = np.cumsum(of[..., ::-1], axis=-1)
            with np.errstate(divide="ignore", invalid="ignore"):
                shares = at_least / at_least[..., -1:]
            curve[name] = np.concatenate([0 * shares[..., :1], shares], axis=-1)
        pod, pofd = curve["pod"], curve["pofd"]
        means = (pod[..., 1:] + pod[..., :-1]) / 2
        return {**curve, "area": (means * np.diff(pofd, axis=-1)).sum(axis=-1)}


def probability_table(y_true, members, thresholds, by_window=False):
    """Count what probabilities an ensemble gave to events, and how often these came.

    The probability is the share of the members that reach the threshold.

    Args:
        y_true: array (B, T, H, W, C), NaN where it is missing.
        members: array (B, M, T, H, W, C), or list of M arrays (B, T, H, W, C); at least 2.
        thresholds: number or K numbers, in the units of the frames.
        by_window: bool. Default False: of all windows. True: for each window, (B, T, K, M + 1),
            which `block_bootstrap` needs.

    Returns:
        `ProbabilityTable`, whose methods are `brier`, `reliability` and `roc`.

    Raises:
        ValueError: for wrong shapes, a single member, infinite values, wrong thresholds, or NaN in
            a member where the truth is valid.

    Example:
    >>> import numpy as np
    >>> from st_keras.metrics.radar import probability_table
    >>> rng = np.random.default_rng(0)
    >>> truth, members = rng.gamma(1, size=(4, 2, 8, 8, 1)), rng.gamma(1, size=(4, 5, 2, 8, 8, 1))
    >>> table = probability_table(truth, members, thresholds=[0.5, 1.0])
    >>> table.brier().shape, table.reliability()["frequency"].shape, table.roc()["area"].shape
    ((2, 2), (2, 2, 6), (2, 2))
    """
    where = "probability_table"
    y_true, members = check_members(where, y_true, members)
    thresholds = check_thresholds(where, thresholds)
    valid = ~np.isnan(y_true)
    if (np.isnan(members) & valid[:, None]).any():
        raise error(
            where,
            "NaN in a member where y_true is valid",
            "members that forecast every valid value",
            "Find where it comes from, or make y_true NaN there, for all methods.",
        )
    size = members.shape[1]
    counts = np.zeros((2, *y_true.shape[:2], len(thresholds), size + 1), np.int64)
    for window, (came, told, counted) in enumerate(zip(y_true, members, valid, strict=True)):
        for k, threshold in enumerate(thresholds):
            with np.errstate(invalid="ignore"):
                event, agree = came >= threshold, (told >= threshold).sum(axis=0)
            for lead, seen in enumerate(counted):
                for i, of in enumerate((seen, seen & event[lead])):
                    counts[i, window, lead, k] = np.bincount(agree[lead][of], minlength=size + 1)
    table = ProbabilityTable(thresholds, *counts)
    return table if by_window else table.summed()


def stated_probability_table(y_true, probabilities, thresholds, levels=100, by_window=False):
    """Count what probabilities were stated for events, and how often these came.

    As `probability_table`, of a forecast that states probabilities in place of members: each is
    rounded to the nearest of 0, 1 / levels, 2 / levels, ... 1.

    Args:
        y_true: array (B, T, H, W, C), NaN where it is missing.
        probabilities: dict, threshold in the units of the frames -> array of the shape of `y_true`,
            in [0, 1]: P(value >= threshold).
        thresholds: number or K numbers, of its keys.
        levels: int of at least 2. Default 100: of whole percents, as which they are scored, too.
        by_window: bool. Default False: of all windows. True: for each window.

    Returns:
        `ProbabilityTable` with levels + 1 probabilities.

    Raises:
        ValueError: for other shapes, probabilities outside [0, 1], NaN where the truth is valid, or
            a threshold of which none are stated.

    Example:

    >>> truth = np.array([0.0, 2.0]).reshape(1, 1, 1, 2, 1)
    >>> table = stated_probability_table(truth, {1.0: 0 * truth + 0.5}, 1.0, levels=2)
    >>> table.cases.tolist(), table.brier().tolist()
    ([[[0, 2, 0]]], [[0.25]])
    """
    where = "stated_probability_table"
    thresholds = check_thresholds(where, thresholds)
    levels = check_int(where, "levels", levels, 2)
    for threshold in thresholds:
        if threshold not in probabilities:
            raise error(
                where,
                f"probabilities without those of {threshold:g}",
                f"a dict with the thresholds {', '.join(f'{each:g}' for each in thresholds)}",
                "State them, or leave the threshold out.",
            )
    y_true, _ = check_frames(where, y_true, np.nan_to_num(probabilities[thresholds[0]]))
    valid = ~np.isnan(y_true)
    counts = np.zeros((2, *y_true.shape[:2], len(thresholds), levels + 1), np.int64)
    for k, threshold in enumerate(thresholds):
        stated = np.asarray(probabilities[threshold])
        if stated.shape != y_true.shape or not _are_probabilities(stated[valid]):
            raise error(
                where,
                f"probabilities of {threshold:g} of shape {stated.shape}"
                + ("" if stated.shape != y_true.shape else " that are not all in [0, 1]"),
                f"numbers from 0 to 1 of shape {y_true.shape}, wherever the truth is valid",
                "Pass np.nan_to_num of what RainDistribution.exceedance returns.",
            )
        with np.errstate(invalid="ignore"):
            event = y_true >= threshold
        level = np.rint(np.nan_to_num(stated) * levels).astype(int)
        for window, lead in np.ndindex(*y_true.shape[:2]):
            seen = valid[window, lead]
            for i, of in enumerate((seen, seen & event[window, lead])):
                chosen = level[window, lead][of]
                counts[i, window, lead, k] = np.bincount(chosen, minlength=levels + 1)
    table = ProbabilityTable(thresholds, *counts)
    return table if by_window else table.summed()


def _are_probabilities(stated):
    return bool(((stated >= 0) & (stated <= 1)).all())
