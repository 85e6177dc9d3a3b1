"""The trials of a search as rows, for people and for files."""

import csv
import io
import json

from st_keras.cli.modes.scores import aligned
from st_keras.cli.tune.search import PROJECT
from st_keras.cli.tune.trial_process import COMPLETED
from st_keras.cli.tune.trial_runner import read_result

COLUMNS = ("trial", "status", "score", "best")
LAST_COLUMNS = ("parameters", "seconds", "report", "pid", "message")


def rows_of(oracle, out):
    """Return the trials in the order of their numbers.

    Args:
        oracle: `keras_tuner.Oracle`.
        out: pathlib.Path of the search.

    Returns:
        List of dicts with "trial" (int), "status" ("completed", "failed" or "running"), "score"
        (None unless completed), "values", and of finished trials "parameters", "seconds", "report",
        "pid", "history"; of failed ones "message".
    """
    rows = []
    for trial_id, trial in sorted(oracle.trials.items(), key=lambda item: int(item[0])):
        found = read_result(out / PROJECT / f"trial_{trial_id}") or {}
        status = {"COMPLETED": COMPLETED, "FAILED": "failed"}.get(trial.status, "running")
        row = {"trial": int(trial_id), "status": status, "score": None}
        row["values"] = values_of(trial, oracle)
        if status != "running":
            row |= {name: found[name] for name in (*LAST_COLUMNS, "history") if name in found}
        if status == COMPLETED:
            row |= {"score": found.get("score", trial.score)}
        rows.append(row)
    return rows


def values_of(trial, oracle):
    """Return the hyperparameters of a trial in the order of the space; workers mix them up."""
    values = dict(trial.hyperparameters.values)
    names = dict.fromkeys(each.name for each in oracle.get_space().space)
    return {name: values[name] for name in (*names, *values) if name in values}


def best_of(rows, direction):
    """Return the best row, or None if no trial was completed.

    Example:

    >>> rows = [{"trial": 0, "score": 0.2}, {"trial": 1, "score": None}, {"trial": 2, "score": 0.1}]
    >>> best_of(rows, "min")["trial"], best_of(rows, "max")["trial"], best_of([], "min")
    (2, 0, None)
    """
    scored = [row for row in rows if row["score"] is not None]
    choose = min if direction == "min" else max
    return choose(scored, key=lambda row: row["score"], default=None)


def table_of(rows, direction):
    """Return the rows as text; what is the same in all trials is left out.

    Example:

    >>> rows = [
    ...     {"trial": 0, "status": "completed", "score": 0.25, "values": {"layers": 1, "beta": 9}},
    ...     {"trial": 1, "status": "failed", "score": None, "values": {"layers": 2, "beta": 9}},
    ... ]
    >>> print(table_of(rows, "min"))
    trial     status  score  layers
    0 *    completed   0.25       1
    1         failed               2
    """
    names = _varied(rows)
    best = best_of(rows, direction)
    lines = [["trial", "status", "score", *names]]
    for row in rows:
        mark = " *" if row is best else ""
        values = [_text(row["values"].get(name)) for name in names]
        lines.append([f"{row['trial']}{mark}", row["status"], _text(row["score"]), *values])
    return aligned(lines)


def csv_of(rows, direction):
    """Return the rows as the text of a CSV file, one column per hyperparameter."""
    best = best_of(rows, direction)
    names = list(dict.fromkeys(name for row in rows for name in row["values"]))
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *names, *LAST_COLUMNS], extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, **row["values"], "best": int(row is best)})
    return text.getvalue()


def line_of(values):
    """Return hyperparameters as one line.

    Example:

    >>> line_of({"layers": 2, "learning_rate": 0.00123456, "tuner/epochs": 3})
    'layers 2, learning_rate 0.001235, tuner/epochs 3'
    """
    return ", ".join(f"{name} {_text(value)}" for name, value in values.items())


def _varied(rows):
    """Return the names of the hyperparameters whose values differ between trials."""
    names = dict.fromkeys(name for row in rows for name in row["values"])
    return [
        name
        for name in names
        if len({json.dumps(row["values"].get(name)) for row in rows}) > 1 or len(rows) == 1
    ]


def _text(value):
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
