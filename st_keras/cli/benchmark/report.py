"""The report of a suite: tables on the terminal, Markdown, JSON, CSV and pictures."""

import math
import platform
import shlex

from st_keras.cli.benchmark.results import content_of, csv_of, estimate_of, title_of
from st_keras.cli.benchmark.run_state import FAILED, FINISHED, end_of_log
from st_keras.cli.doctor.processor import processor
from st_keras.cli.run_folder import versions
from st_keras.cli.whole_file import written_whole
from st_keras.metrics.scores_by_name import facts_of
from st_keras.plots.lead_time_intervals import lead_time_intervals
from st_keras.text_table import text_table

SCORES_PER_TABLE = 5
CURVES = 8  # panels of a picture
REPORT, JSON, CSV = "report.md", "results.json", "results.csv"


def write_report(results, folder):
    """Print the tables, and write report, numbers and pictures.

    Args:
        results: `Results`.
        folder: `RunFolder`.
    """
    tables = {dataset: tables_of(results, dataset) for dataset in results.datasets()}
    for dataset, texts in tables.items():
        print(f"\n{dataset}: mean +- 95 % interval over n seeds")
        print("\n\n".join(texts))
    for note in results.notes():
        print(f"\nNote: {note}")
    pictures = draw_curves(results, folder)
    machine = {"platform": platform.platform(), **processor()}
    here = versions()
    folder.write_json("numbers", JSON, content_of(results, here, machine))
    with written_whole(folder / CSV) as unfinished:
        unfinished.write_text(csv_of(results), encoding="utf-8")
    folder.note("scores of every seed", folder / CSV)
    text = markdown_of(results, tables, pictures, here, machine)
    with written_whole(folder / REPORT) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    folder.note("report", folder / REPORT)


def tables_of(results, dataset):
    """Return the scores of a dataset as text: a few at a time, a row for each model and baseline.

    Args:
        results: `Results`.
        dataset: str.

    Returns:
        list of str.
    """
    names, models = results.shown(dataset), results.models(dataset)
    baselines, _ = results.baselines(dataset)
    texts = []
    for first in range(0, len(names), SCORES_PER_TABLE):
        part = names[first : first + SCORES_PER_TABLE]
        rows = [["model", "n", *map(title_of, part)]]
        for model, seeds in models.items():
            cells = [
                estimate_of(seeds, name).text(facts_of(name).digits, len(seeds)) for name in part
            ]
            rows.append([model, str(len(seeds)), *cells])
        for method, scores in baselines.items():
            cells = [estimate_of([scores], name).text(facts_of(name).digits) for name in part]
            rows.append([method, "", *cells])
        texts.append(text_table(rows))
    return texts


def draw_curves(results, folder):
    """Draw scores by lead time of the datasets that several models share.

    Returns:
        dict, dataset -> name of the picture in the folder.
    """
    pictures = {}
    for dataset in results.datasets():
        curves = curves_of(results, dataset)
        if len(results.models(dataset)) < 2 or not any(curves.values()):
            continue
        pictures[dataset] = f"curves-{dataset}.png"
        path = folder / pictures[dataset]
        with written_whole(path) as unfinished:
            lead_time_intervals(unfinished, curves, title=f"{results.suite.title}: {dataset}")
        folder.note(f"curves, {dataset}", path)
    return pictures


def curves_of(results, dataset):
    """Return {method: {score: list over seeds of lists by lead time}} of what is drawn."""
    models, (baselines, _) = results.models(dataset), results.baselines(dataset)
    methods = {**models, **{name: [scores] for name, scores in baselines.items()}}
    names = [
        name
        for name in results.shown(dataset)
        if any(_finite(scores.leads.get(name, ())) for seeds in models.values() for scores in seeds)
    ][:CURVES]
    return {
        method: {
            name: rows
            for name in names
            # Seeds of one model have one horizon: it is the same command but for the seed.
            if (rows := [scores.leads[name] for scores in seeds if name in scores.leads])
        }
        for method, seeds in methods.items()
    }


def markdown_of(results, tables, pictures, here, machine):
    """Return the text of the report.

    Args:
        results: `Results`.
        tables: dict, dataset -> list of str.
        pictures: dict, dataset -> name of a file beside the report.
        here: dict of str, versions of this process.
        machine: dict.
    """
    suite = results.suite
    finished = len(results.scores)
    lines = [
        f"# {suite.title}",
        "",
        f"{finished} of {len(suite.runs)} runs are finished. Scores are means over n seeds with "
        "the 95 % interval of Student's t; one seed has none. Rows without n are baselines, which "
        "learn nothing from a seed.",
        "",
    ]
    for note in results.notes():
        lines += [f"Note: {note}", ""]
    for dataset, texts in tables.items():
        lines += [f"## {dataset}", ""]
        for text in texts:
            lines += ["```", text, "```", ""]
        if dataset in pictures:
            lines += [f"![scores by lead time]({pictures[dataset]})", ""]
    lines += _of_failed(results)
    lines += ["## Suite", "", "```yaml", suite.path.read_text(encoding="utf-8").rstrip(), "```", ""]
    lines += ["## Commands", ""]
    lines += ["To repeat a run elsewhere: its commands with another --out.", ""]
    for run in suite.runs:
        state = results.states.get(run, {})
        seconds = f", {state['seconds']:.0f} s" if "seconds" in state else ""
        lines += [f"{run.name}: {state.get('status', 'not begun')}{seconds}", "", "```"]
        lines += [shlex.join(["st-keras", *words]) for words in run.commands()]
        lines += ["```", ""]
    lines += ["## Versions", ""]
    kinds = {tuple(record["versions"].items()): None for record in results.records.values()}
    for kind in kinds or [tuple(here.items())]:
        lines += [", ".join(f"{name} {version}" for name, version in kind), ""]
    told = f"{machine['platform']}, {machine['name']}, {machine['cores']} cores"
    return "\n".join([*lines, f"Report written on {told}.", ""])


def _of_failed(results):
    lines = []
    for run, state in results.states.items():
        if state["status"] == FAILED:
            lines += [f"{run.name}: {state.get('message')}", "", "```", *end_of_log(run), "```", ""]
    return ["## Failed runs", "", *lines] if lines else []


def print_failed(outcomes):
    """Print why runs are not finished, with the end of the logs of those that failed.

    Args:
        outcomes: dict, `Run` -> `Outcome`.
    """
    for run, outcome in outcomes.items():
        if outcome.status == FINISHED:
            continue
        print(f"\n{run.name}: {outcome.status}: {outcome.message}")
        if outcome.status == FAILED:
            print("\n".join(f"  {line}" for line in end_of_log(run)))


def _finite(values):
    return any(math.isfinite(value) for value in values)
