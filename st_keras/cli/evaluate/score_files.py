"""scores.csv of a comparison: the protocol's name stands beside every number."""

import csv

import numpy as np

from st_keras.cli.whole_file import written_whole
from st_keras.metrics.scores_by_name import facts_of

COLUMNS = (
    *("protocol", "method", "score", "unit", "better", "lead_time", "value", "low", "high"),
    *("skill", "skill_low", "skill_high", "skill_against"),
)


def write_scores_table(folder, compared):
    """Write scores.csv of a comparison into a run's folder.

    A row is one score of one method at one lead time, or its mean over all of them (`lead_time`
    "mean"), which has an interval and a skill. Numbers that do not exist are empty; an infinite one
    is "inf".

    Args:
        folder: `RunFolder`.
        compared: `Comparison`.
    """
    write_table(folder, COLUMNS, _rows(compared))


def write_table(folder, columns, rows):
    """Write rows under their columns as scores.csv into a run's folder, which notes it."""
    path = folder / "scores.csv"
    with (
        written_whole(path) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="") as file,
    ):
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        table.writerows(rows)
    folder.note("scores as a table", path)


def _rows(compared):
    for method, of in compared.scores.items():
        for name, leads in of["leads"].items():
            facts = facts_of(name)
            start = (compared.protocol.name, method, name, facts.unit, facts.better)
            for lead, value in enumerate(leads, 1):
                yield (*start, lead, _number(value), *[""] * 6)
            interval = compared.intervals[method][name]
            ends = (_number(each) for each in (interval.value, interval.low, interval.high))
            skill = compared.skill.get(method, {}).get(name)
            if skill is None:
                yield (*start, "mean", *ends, *[""] * 4)
                continue
            told = (_number(each) for each in (skill.value, skill.low, skill.high))
            yield (*start, "mean", *ends, *told, compared.best[name])


def _number(value):
    return "" if np.isnan(value) else repr(float(value))
