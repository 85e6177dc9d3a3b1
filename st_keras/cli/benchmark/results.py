"""What a suite has come to: scores of its runs, means and intervals over seeds, as files."""

import csv
import dataclasses
import io
import math

import numpy as np

from st_keras.cli.benchmark.run_state import FINISHED, read_state
from st_keras.cli.benchmark.scores import RunScores, read_scores
from st_keras.cli.run_record import FILE as RECORD
from st_keras.cli.run_record import read_record
from st_keras.metrics.scores_by_name import facts_of
from st_keras.metrics.shown_scores import name_of
from st_keras.plots.seed_intervals import mean_interval

CONFIDENCE = 0.95
# Two of the same score may differ by rounding, from machine to machine.
_SAME = 1e-4
_OF_DATA = ("frames", "times", "file")  # fingerprints that no seed changes


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A score of a model on a dataset over its seeds.

    Attributes:
        values: list of floats, those of seeds that have one.
        mean: float; NaN without values.
        half: float, half the width of the 95 % interval of Student's t; None of fewer than two.
    """

    values: list
    mean: float
    half: float | None

    @classmethod
    def of(cls, values):
        """Return the estimate of a list of floats; NaN is left out.

        Example:

        >>> Estimate.of([1.0, 2.0, 3.0, math.nan]).values
        [1.0, 2.0, 3.0]
        """
        known = [value for value in values if not math.isnan(value)]
        if not np.isfinite(known).all():
            return cls(known, float(np.mean(known)), None)
        if not known:
            return cls([], math.nan, None)
        return cls(known, *mean_interval(known, CONFIDENCE))

    def as_dict(self):
        """Return values, n, mean and ends of the interval."""
        ends = [None, None] if self.half is None else [self.mean - self.half, self.mean + self.half]
        told = {"n": len(self.values), "mean": self.mean, "low": ends[0], "high": ends[1]}
        return {**told, "values": self.values}

    def text(self, digits, seeds=None):
        """Return it as text.

        Args:
            digits: int, decimals.
            seeds: int, of the row; where fewer have a score, it says how many. Default None: not.

        Example:

        >>> Estimate([1.0, 2.0], 1.5, 6.4).text(2), Estimate([], math.nan, None).text(1)
        ('1.50 +- 6.40', '-')
        >>> Estimate([1.0, 2.0], 1.5, 6.4).text(2, seeds=3)
        '1.50 +- 6.40 (n=2)'
        """
        if not self.values:
            return "-"
        half = "" if self.half is None else f" +- {self.half:.{digits}f}"
        count = "" if seeds in (None, len(self.values)) else f" (n={len(self.values)})"
        return f"{self.mean:.{digits}f}{half}{count}"


@dataclasses.dataclass(frozen=True)
class Results:
    """The finished runs of a suite.

    Attributes:
        suite: `Suite`.
        states: dict, `Run` -> its state, of those that have begun.
        scores: dict, `Run` -> `RunScores`, of those that are finished.
        records: dict, `Run` -> the record of its training.
    """

    suite: object
    states: dict
    scores: dict
    records: dict

    def datasets(self):
        """Return the names of datasets with finished runs, in the order of the suite."""
        finished = {run.dataset for run in self.scores}
        return [n for n in dict.fromkeys(r.dataset for r in self.suite.runs) if n in finished]

    def models(self, dataset):
        """Return {model: list of `RunScores` over its seeds} of a dataset."""
        found = {}
        for run in self.suite.runs:
            if run.dataset == dataset and run in self.scores:
                found.setdefault(run.model, []).append(self.scores[run])
        return found

    def baselines(self, dataset):
        """Return `(same, different)` of the baselines of a dataset.

        Returns:
            dict, name -> `RunScores`, of those that score the same beside all models that have
            them; and list of the names of others, whose models saw other sequences.
        """
        found, different = {}, []
        for seeds in self.models(dataset).values():
            for scores in seeds:
                for name, baseline in scores.baselines.items():
                    first = found.setdefault(name, baseline)
                    if not _are_same(first, baseline) and name not in different:
                        different.append(name)
        return {n: scores for n, scores in found.items() if n not in different}, different

    def shown(self, dataset):
        """Return the names of the scores that a table of the dataset shows."""
        every = [scores for seeds in self.models(dataset).values() for scores in seeds]
        return list(dict.fromkeys(name for scores in every for name in scores.shown))

    def summary(self):
        """Return a list of `(dataset, model, score, Estimate)`."""
        return [
            (dataset, model, score, estimate_of(seeds, score))
            for dataset in self.datasets()
            for model, seeds in self.models(dataset).items()
            for score in dict.fromkeys(name for scores in seeds for name in scores.means)
        ]

    def notes(self):
        """Return what makes a comparison doubtful, a list of str."""
        notes = []
        for dataset in self.datasets():
            for name in self.baselines(dataset)[1]:
                notes.append(
                    f"{dataset}: {name} does not score the same beside all models: they were "
                    "scored on other sequences, with another context or horizon, say. Compare "
                    "none of their scores."
                )
            for model, seeds in self.models(dataset).items():
                for name in self.shown(dataset):
                    missing = len(seeds) - len(estimate_of(seeds, name).values)
                    # A row without any says so itself.
                    if 0 < missing < len(seeds):
                        notes.append(
                            f"{dataset}: {missing} of {len(seeds)} seeds of {model} have no "
                            f"{title_of(name)}: its mean and interval leave them out."
                        )
                runs = [r for r in self.records if (r.model, r.dataset) == (model, dataset)]
                prints = {
                    tuple(self.records[run]["data_fingerprint"].get(n) for n in _OF_DATA)
                    for run in runs
                }
                if len(prints) > 1:
                    notes.append(
                        f"{dataset}: the runs of {model} were trained on different data: the "
                        "file has changed between them."
                    )
        versions = {tuple(sorted(r["versions"].items())) for r in self.records.values()}
        if len(versions) > 1:
            notes.append("The runs were trained with different versions, see below.")
        return notes


def gather(suite):
    """Read what the runs of a suite have written.

    Args:
        suite: `Suite`.

    Returns:
        `Results`.
    """
    states = {run: state for run in suite.runs if (state := read_state(run)) is not None}
    finished = [run for run, state in states.items() if state["status"] == FINISHED]
    scores = {run: read_scores(run.evaluation) for run in finished}
    records = {run: read_record("--out", run.training / RECORD) for run in finished}
    return Results(suite, states, scores, records)


def estimate_of(seeds, score):
    """Return the `Estimate` of a score over a list of `RunScores`."""
    return Estimate.of([scores.means.get(score, math.nan) for scores in seeds])


def title_of(score):
    """Return the name of a score in tables; one of codes is called as `evaluate` calls it.

    Example:

    >>> title_of("mse"), title_of("csi@0.5"), title_of("factor_vae_score")
    ('MSE', 'CSI at 0.5', 'factor_vae_score')
    """
    return name_of(score) if facts_of(score).score else score


def content_of(results, versions, machine):
    """Return all of `Results` as JSON values.

    Args:
        results: `Results`.
        versions: dict of str, of this process.
        machine: dict.
    """
    runs = []
    for run in results.suite.runs:
        state, record = results.states.get(run, {}), results.records.get(run)
        told = {"model": run.model, "dataset": run.dataset, "seed": run.seed}
        told |= {"status": state.get("status", "not begun"), "seconds": state.get("seconds")}
        told["commands"] = [["st-keras", *words] for words in run.commands()]
        if "message" in state:
            told["message"] = state["message"]
        if run in results.scores:
            scores = results.scores[run]
            told |= {"scores": scores.means, "scores_by_lead_time": scores.leads}
            told["baselines"] = {name: b.means for name, b in scores.baselines.items()}
            told["versions"] = record["versions"]
        runs.append(told)
    summary = [
        {"dataset": dataset, "model": model, "score": score, **estimate.as_dict()}
        for dataset, model, score, estimate in results.summary()
    ]
    return {
        "title": results.suite.title,
        "interval": f"{CONFIDENCE:.0%} of Student's t, of the mean over seeds",
        "summary": summary,
        "runs": runs,
        "notes": results.notes(),
        "versions": versions,
        "machine": machine,
    }


def csv_of(results):
    """Return the text of a CSV file with a row for each finished run and score."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["dataset", "model", "seed", "score", "value"])
    for run, scores in results.scores.items():
        for name, value in scores.means.items():
            writer.writerow([run.dataset, run.model, run.seed, name, value])
    return text.getvalue()


def _are_same(one, other):
    if not isinstance(other, RunScores) or set(one.means) != set(other.means):
        return False
    pairs = [(one.means[name], other.means[name]) for name in one.means]
    return all(np.allclose(*pair, rtol=_SAME, atol=0, equal_nan=True) for pair in pairs)
