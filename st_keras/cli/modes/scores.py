"""Scores of forecasts split by mode: `evaluate` and `demo` print them where modes are known."""

from st_keras.metrics.shown_scores import mean_score, name_of
from st_keras.metrics.video import score_forecasts

SHOWN = {"mse": ".1f", "ssim": ".3f"}  # and how their numbers are written


def scores_by_mode(truth, forecasts, labels, modes, value_range):
    """Return the scores of each method within each mode, averaged over lead times.

    Args:
        truth: array (N, T, H, W, C).
        forecasts: dict, method -> array of that shape.
        labels: int array (N,), indices into `modes`.
        modes: names.
        value_range: (minimum, maximum) of the data.

    Returns:
        dict: mode -> method -> score name -> float. Modes without sequences are left out.
    """
    low, high = value_range
    scores = {}
    for index, mode in enumerate(modes):
        chosen = labels == index
        if not chosen.any():
            continue
        scores[mode] = {
            method: {
                name: mean_score(name, values)
                for name, values in score_forecasts(
                    truth[chosen], forecast[chosen], max_value=high, min_value=low
                ).items()
            }
            for method, forecast in forecasts.items()
        }
    return scores


def mode_table(scores):
    """Return the scores by mode as lines of text: MSE and SSIM per method.

    Example:
    >>> print(mode_table({"straight": {"PredRNN": {"mse": 50.0, "ssim": 0.8}}}))
    mode      PredRNN MSE  PredRNN SSIM
    straight         50.0         0.800
    """
    methods = list(next(iter(scores.values())))
    header = ["mode", *(f"{method} {name_of(name)}" for method in methods for name in SHOWN)]
    rows = [header]
    for mode, by_method in scores.items():
        cells = [f"{by_method[m][name]:{form}}" for m in methods for name, form in SHOWN.items()]
        rows.append([mode, *cells])
    return aligned(rows)


def aligned(rows):
    """Return rows of cells as text: the first column to the left, the others to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
