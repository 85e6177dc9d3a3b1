"""What a verification found, for those who print, draw or report it."""

import dataclasses
from collections.abc import Callable

import numpy as np

PLACES = ("best", "median", "worst")


@dataclasses.dataclass(frozen=True)
class Verified:
    """A comparison, and the windows it is of.

    Attributes:
        comparison: `Comparison`.
        models: tuple of str, the methods that are models, the one that was asked for first.
        windows: array (N, T, H, W, C), all windows that were forecast.
        ranked_by: str, the title of the score that windows are put in order by.
        order: int array (n,), the windows of the first model, best first; those without a score
            are left out.
        forecasts_of: function of windows (B, T, H, W, C) to their context, their truth, and a
            dict, method -> forecast.
        source: source of data, with `value_range` and `units`.
        context_length: int.
        notes: tuple of str, what to bear in mind of the scores. Default: nothing.
    """

    comparison: object
    models: tuple
    windows: np.ndarray
    ranked_by: str
    order: np.ndarray
    forecasts_of: Callable
    source: object
    context_length: int
    notes: tuple = ()

    def chosen(self):
        """Return {"best": window, "median": ..., "worst": ...}; of few windows fewer of them."""
        if not len(self.order):
            return {}
        places = (0, (len(self.order) - 1) // 2, len(self.order) - 1)
        found = {}
        for name, place in zip(PLACES, places, strict=True):
            window = int(self.order[place])
            if window not in found.values():
                found[name] = window
        return found

    def parts(self, window):
        """Return the context, truth and {method: forecast} of one window, without a batch axis."""
        context, truth, forecasts = self.forecasts_of(self.windows[window : window + 1])
        return context[0], truth[0], {method: of[0] for method, of in forecasts.items()}


def best_first(scores, better):
    """Return the places (n,) of scores (N,) from the best to the worst, without those of NaN.

    Args:
        scores: float array (N,).
        better: "lower" or "higher".

    Example:

    >>> best_first(np.array([2.0, float("nan"), 1.0]), "lower").tolist()
    [2, 0]
    """
    order = np.argsort(scores if better == "lower" else -scores, kind="stable")
    return order[~np.isnan(scores[order])]
