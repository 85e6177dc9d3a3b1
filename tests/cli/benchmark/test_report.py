"""Tables, Markdown and pictures of a suite."""

import json
import math

import pytest

from st_keras.cli.benchmark.one_run import Outcome
from st_keras.cli.benchmark.report import curves_of, print_failed, tables_of, write_report
from st_keras.cli.benchmark.results import gather
from st_keras.cli.benchmark.suite_folder import open_suite_folder
from tests.cli.benchmark.conftest import fail, finish


@pytest.fixture
def results(suite):
    """The results of a suite, one of whose runs has failed."""
    for run, mse in zip(suite.runs, (1.0, 2.0, 2.0), strict=False):
        finish(run, mse)
    fail(suite.runs[3])
    return gather(suite)


def test_a_table(results):
    (text,) = tables_of(results, "digits")
    assert text.splitlines() == [
        "model        n             MSE",
        "wide         2  1.500 +- 6.353",
        "plain        1           2.000",
        "persistence              9.000",
    ]


@pytest.mark.parametrize("lost", [None, math.inf])
def test_a_seed_without_a_score_is_told(lost, suite, capsys):
    for run, mse in zip(suite.runs, (1.0, lost, 2.0, 4.0), strict=True):
        finish(run, mse)
    results = gather(suite)
    shown = "1.000" if lost is None else "inf"
    (text,) = tables_of(results, "digits")
    assert ("1.000 (n=1)" in text) == (lost is None) and shown in text
    write_report(results, open_suite_folder(suite))
    note = "Note: digits: 1 of 2 seeds of wide have no MSE: its mean and interval leave them out."
    for told in (capsys.readouterr().out, (suite.out / "report.md").read_text()):
        assert (note in told) == (lost is None) and "seeds of plain" not in told


def test_the_curves_are_those_of_all_methods(results):
    assert curves_of(results, "digits") == {
        "wide": {"mse": [[1.0, 1.0], [2.0, 2.0]]},
        "plain": {"mse": [[2.0, 2.0]]},
        "persistence": {"mse": [[9.0, 9.0]]},
    }


def test_what_is_written(results, suite, capsys):
    write_report(results, open_suite_folder(suite))
    assert "digits: mean +- 95 % interval over n seeds" in capsys.readouterr().out
    text = (suite.out / "report.md").read_text()
    assert text.startswith("# Small\n\n3 of 4 runs are finished.")
    assert tables_of(results, "digits")[0] in text
    assert "![scores by lead time](curves-digits.png)" in text
    assert "plain, digits, seed 1: `st-keras train` ended with status 5\n\n```\nline 25\n" in text
    assert "\nst-keras train predrnn --data=digits --steps=5 --batch-size=4 --seed=1 " in text
    assert "models:\n  wide: {family: predrnn" in text
    assert "st_keras 1\n" in text and "cores" in text
    assert (suite.out / "curves-digits.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((suite.out / "results.json").read_text())["summary"][0]["mean"] == 1.5
    assert (suite.out / "results.csv").read_text().count("\n") == 4


def test_nothing_is_drawn_of_one_model(suite):
    finish(suite.runs[0], 1.0)
    write_report(gather(suite), open_suite_folder(suite))
    assert not list(suite.out.glob("*.png"))


def test_nothing_is_finished(suite):
    write_report(gather(suite), open_suite_folder(suite))
    assert "0 of 4 runs are finished" in (suite.out / "report.md").read_text()


def test_the_end_of_the_log_of_a_run_that_failed(results, suite, capsys):
    failed = Outcome("failed", "`st-keras train` ended with status 5", 1.0)
    busy = Outcome("busy", "another process")
    print_failed({suite.runs[0]: Outcome("finished"), suite.runs[2]: busy, suite.runs[3]: failed})
    out = capsys.readouterr().out
    assert "plain, digits, seed 0: busy: another process\n" in out
    assert "plain, digits, seed 1: failed: `st-keras train` ended with status 5\n  line 25" in out
    assert "wide" not in out
