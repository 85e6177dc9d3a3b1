"""Scores of disentanglement of one or several models as a plain-text table for the terminal."""

from st_keras.text_table import text_table
from st_keras.validation import check_int, error


def scores_table(scores, decimals=4):
    """Return an aligned table: one row per score, one column per model.

    Args:
        scores: dict, heading of the column (a model's name) -> dict, score name -> `Score` or
            float. A score that a model lacks is shown as "-".
        decimals: int. Digits after the point. Default 4.

    Returns:
        str without a final newline.

    Raises:
        ValueError: if `scores` is empty or not of that form.

    Example:
    >>> from st_keras.metrics.disentanglement import scores_table
    >>> print(scores_table({"SlowVAE": {"mcc": 0.661, "mig": 0.25}, "PCA": {"mcc": 0.5}}))
    score  SlowVAE     PCA
    mcc     0.6610  0.5000
    mig     0.2500       -
    """
    check_int("scores_table", "decimals", decimals, 0)
    _check_form(scores)
    names = list(dict.fromkeys(name for column in scores.values() for name in column))
    rows = [["score", *map(str, scores)]]
    for name in names:
        values = [column.get(name) for column in scores.values()]
        rows.append([name, *("-" if v is None else f"{float(v):.{decimals}f}" for v in values)])
    return text_table(rows)


def _check_form(scores):
    columns = list(scores.values()) if isinstance(scores, dict) else []
    if not columns or not all(isinstance(c, dict) for c in columns) or not any(columns):
        raise error(
            "scores_table",
            f"scores of type {type(scores).__name__} without scores of any model",
            "a dict of models, each with a dict of scores",
            "Pass {'model': evaluation.scores}.",
        )
