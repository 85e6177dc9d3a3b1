"""Scores of several methods as a plain-text table for the terminal."""

import numpy as np

from st_keras.metrics.scores_by_name import facts_of
from st_keras.metrics.shown_scores import mean_score, name_of, shown_scores
from st_keras.metrics.video.exact_frames import exact_frames_line
from st_keras.text_table import text_table
from st_keras.validation import check_int, error


def scores_table(scores, width=100):
    """Return an aligned table: one row per score and method, one column per lead time, the mean.

    Where a method reproduces frames exactly, the rows of the mean PSNR, which is infinite, become
    those of the PSNR of the mean squared error, and a last line says how many frames there are. A
    score that is not finite all the same is shown as "exact" (inf where higher is better, as of the
    PSNR) or "-".

    Args:
        scores: dict, method name -> dict, score name -> array (horizon,): the result of
            `score_forecasts` of each method. Methods of one score stand below each other.
        width: int. Longest line; more lead times go on in further blocks. Default 100.

    Returns:
        str without a final newline.

    Raises:
        ValueError: if `scores` is empty, or methods differ in their scores or their horizon.

    Example:
    >>> from st_keras.metrics.video import scores_table
    >>> scores = {"PredRNN": {"mse": [41.0, 52.5]}, "persistence": {"mse": [90.0, 170.0]}}
    >>> print(scores_table(scores))
    lead time             1        2     mean
    MSE PredRNN      41.000   52.500   46.750
    MSE persistence  90.000  170.000  130.000
    """
    where = "scores_table"
    check_int(where, "width", width, 40)
    rows = _rows(where, scores)
    if not rows:
        raise error(
            where,
            f"the scores {', '.join(next(iter(scores.values())))}, which are told below a table",
            "a score that stands in it",
            "Score another one too, such as mse.",
        )
    labels = ["lead time", *(label for label, _, _ in rows)]
    horizon = len(rows[0][2])
    heads = [str(k + 1) for k in range(horizon)] + ["mean"]
    cells = [[_cell(name, v) for v in (*row, mean_score(name, row))] for _, name, row in rows]
    widest = 2 + max(len("mean"), *(len(cell) for row in cells for cell in row))
    per_block = max(1, (width - max(map(len, labels))) // widest)
    blocks = []
    for start in range(0, len(heads), per_block):
        part = slice(start, start + per_block)
        lines = zip(labels, [heads, *cells], strict=True)
        blocks.append(text_table([[label, *row[part]] for label, row in lines]))
    told = exact_frames_line(scores)
    return "\n\n".join(blocks) + (told and f"\n{told}")


def _cell(name, value):
    facts = facts_of(name)
    if np.isfinite(value):
        return f"{value:.{facts.digits}f}"
    return "exact" if facts.better == "higher" and value > 0 else "-"


def _rows(where, scores):
    """Return [(label, score, values)] ordered by score, then method."""
    if not scores or not all(scores.values()):
        raise error(
            where,
            "no scores",
            "a dict of methods, each with a dict of scores",
            "Pass {'model': score_forecasts(...), 'persistence': score_forecasts(...)}.",
        )
    names = list(next(iter(scores.values())))
    shapes = {np.shape(values) for method in scores.values() for values in method.values()}
    same_names = all(set(method) == set(names) for method in scores.values())
    if not same_names or len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise error(
            where,
            f"scores { {m: {n: np.shape(v) for n, v in s.items()} for m, s in scores.items()} }",
            "the same scores of the same horizon, arrays (horizon,), for each method",
            "Score all methods on the same frames with score_forecasts.",
        )
    scores = shown_scores(scores)
    return [
        (f"{name_of(name)} {method}", name, np.asarray(values[name], float))
        for name in next(iter(scores.values()))
        for method, values in scores.items()
    ]
