"""Means and intervals over seeds, and what makes them doubtful."""

import csv
import io
import math

import numpy as np
import pytest
from scipy import stats

from st_keras.cli.benchmark.results import Estimate, content_of, csv_of, gather
from st_keras.cli.benchmark.suite import read_suite
from tests.cli.benchmark.conftest import SUITE, fail, finish


@pytest.fixture
def results_of(in_folder):
    """Return a function that writes what a suite of three seeds leaves, and gathers it."""

    def results(count=6, failed=(), **changed):
        (in_folder / "suite.yaml").write_text(SUITE.replace("[0, 1]", "[0, 1, 2]"))
        suite = read_suite("suite.yaml")
        for number, run in enumerate(suite.runs[:count]):
            if number in failed:
                fail(run)
            else:
                mse = (run.seed + 1.0) * (2 if run.model == "plain" else 1)
                finish(run, mse, **(changed if number == 4 else {}))
        return gather(suite)

    return results


def test_an_interval_covers_the_mean_as_often_as_it_says():
    generator, hits = np.random.default_rng(0), 0
    for _ in range(2000):
        estimate = Estimate.of(list(generator.normal(3.0, 2.0, 4)))
        hits += abs(estimate.mean - 3.0) <= estimate.half
    assert 0.935 < hits / 2000 < 0.965


def test_an_interval_is_that_of_scipy():
    values = [1.0, 2.5, 4.0, 4.5]
    told = Estimate.of(values).as_dict()
    low, high = stats.t.interval(0.95, 3, np.mean(values), stats.sem(values))
    assert (told["n"], told["mean"]) == (4, 3.0)
    assert (told["low"], told["high"]) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([2.0], "2.0"),
        ([], "-"),
        ([math.nan], "-"),
        ([math.inf, 1.0], "inf"),
        ([1.0, 1], "1.0 +- 0.0"),
    ],
)
def test_what_has_no_interval(values, text):
    assert Estimate.of(values).text(1) == text


def test_a_summary_and_every_number(results_of):
    results = results_of()
    summary = {(model, score): estimate for _, model, score, estimate in results.summary()}
    assert summary["wide", "mse"].values == [1.0, 2.0, 3.0]
    assert summary["plain", "mse"].mean == 4.0
    assert results.baselines("digits")[0]["persistence"].means == {"mse": 9.0}
    assert results.notes() == []
    rows = list(csv.DictReader(io.StringIO(csv_of(results))))
    assert rows[1] == {
        **{"dataset": "digits", "model": "wide", "seed": "1", "score": "mse", "value": "2.0"}
    }
    assert len(rows) == 6
    content = content_of(results, {"st_keras": "1"}, {"cores": 1})
    entry = content["summary"][1]
    assert (entry["model"], entry["n"], entry["mean"]) == ("plain", 3, 4.0)
    assert content["runs"][0]["commands"][0][:3] == ["st-keras", "train", "predrnn"]
    assert content["runs"][0]["scores_by_lead_time"] == {"mse": [1.0, 1.0]}


def test_runs_that_are_not_finished_do_not_count(results_of):
    results = results_of(5, failed=[1])
    summary = {model: estimate.values for _, model, _, estimate in results.summary()}
    assert summary == {"wide": [1.0, 3.0], "plain": [2.0, 4.0]}
    statuses = [run["status"] for run in content_of(results, {}, {})["runs"]]
    assert statuses == ["finished", "failed", *["finished"] * 3, "not begun"]


def test_nothing_is_finished(results_of):
    results = results_of(0)
    assert (results.datasets(), results.summary(), results.notes()) == ([], [], [])


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"persistence": 8.0}, "digits: persistence does not score the same"),
        ({"frames": "b"}, "digits: the runs of plain were trained on differ"),
        ({"version": "2"}, "trained with different versions"),
    ],
)
def test_what_makes_a_comparison_doubtful(changed, note, results_of):
    results = results_of(**changed)
    (told,) = results.notes()
    assert note in told
    assert ("persistence" in results.baselines("digits")[0]) == ("persistence" not in changed)
