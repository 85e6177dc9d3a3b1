"""Tables and pictures of the folds."""

import dataclasses

import numpy as np
import pytest

from benchmarks.nowcast_folds import report
from benchmarks.nowcast_folds.fold_scores import score_series
from benchmarks.nowcast_folds.report import draw, ensemble_table, gains, score_table
from tests.benchmarks.nowcast_folds.scored_series import NAME, scored_series

DECISION = "nowcaster csi"


@pytest.fixture(scope="module")
def found():
    return scored_series()


@pytest.fixture(scope="module")
def compared(found):
    return score_series(found)["all"]


def cells(table, row):
    """Numbers of a row, by the text that it begins with."""
    line = next(line for line in table.splitlines() if line.startswith(f"{row}  "))
    return line.removeprefix(row).split()


def test_the_table_of_scores(compared):
    table = score_table(NAME, "all", compared, DECISION)
    assert table.startswith(f"{NAME}, all pixels: 7 windows in 3 blocks\n")
    names = ["csi@0.5", "csi@1", "csi@2", "csi@5", "fss@1/5px", "mae", "ratio"]
    for method, scores in compared.scores.items():
        assert cells(table, method) == [f"{scores['mean'][name]:.3f}" for name in names]
    gaps = cells(table, f"{DECISION} less the best row")
    assert len(gaps) == 5
    for gap, name in zip(gaps, names, strict=False):
        best = max(compared.scores[row]["mean"][name] for row in compared.baselines)
        own = compared.scores[DECISION]["mean"][name]
        assert float(gap) == pytest.approx(own - best, abs=5e-4)
        assert gap[0] in "+-"
    ends = cells(table, f"{DECISION}, 95 % interval")
    low, high = map(float, ends[1].split(".."))
    assert low <= compared.scores[DECISION]["mean"]["csi@1"] <= high and len(ends) == 7


def test_gains_are_against_the_rows_alone(compared):
    """`advection`, which is computed, is no row to be measured against."""
    better = dict(compared.scores)
    better["advection"] = {"mean": dict.fromkeys(better["advection"]["mean"], 1.0)}
    same = dataclasses.replace(compared, scores=better)
    assert gains(same, DECISION) == gains(compared, DECISION)
    assert min(gains(compared, DECISION).values()) > 0


def test_the_table_of_ensembles():
    table = ensemble_table(
        "knmi_last40",
        {
            "nowcaster": {
                "crps_mean": 0.12345,
                "crps_interval": [0.1, 0.2],
                "ratio": [0.5, None, 0.9],
                "flat": [0.25, None, 0.75],
            },
            "steps": {
                "crps_mean": 0.5,
                "crps_interval": None,
                "ratio": [None] * 3,
                "flat": [None] * 3,
            },
        },
    )
    assert table.startswith("knmi_last40, ensembles\n")
    assert cells(table, "nowcaster") == ["0.1235", "0.1000..0.2000", "0.50..0.90", "0.50"]
    assert cells(table, "steps    ") == ["0.5000", "-", "-", "-"]


def test_pictures_of_the_worst_the_median_and_the_best_window(
    found, compared, tmp_path, monkeypatch
):
    drawn = {}

    def strip(path, context, truth, forecasts, **options):
        drawn[path.stem.removeprefix(f"{NAME}_")] = (truth, forecasts, options)

    monkeypatch.setattr(report, "forecast_strip", strip)
    told = np.repeat(np.arange(7) / 7, 6 * 16 * 16).reshape(found.truth.shape)
    right = np.random.default_rng(1).random(told.shape) < told
    field = np.where(right, np.nan_to_num(found.truth), 0.0)  # the last window is the best
    found = dataclasses.replace(found, decisions={**found.decisions, "csi": field})
    ranks = {"nowcaster": {"ranks": [[1, 2, 3], [4, 5, 6]]}, "steps": {"ranks": [[2, 2, 2]] * 2}}
    draw(tmp_path, found, compared, DECISION, ranks)
    for name, window in (("worst", 0), ("median", 3), ("best", 6)):
        truth, forecasts, options = drawn[name]
        np.testing.assert_array_equal(truth, found.truth[window])
        np.testing.assert_array_equal(forecasts[DECISION], field[window])
        assert list(forecasts) == [DECISION, "extrapolation-tuned", "advection"]
        assert options["vmax"] == np.nanmax(truth)
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {f"{NAME}_{of}.png" for of in ("by_lead_time", "reliability", "ranks")}


def test_without_ensembles_there_is_no_picture_of_ranks(found, compared, tmp_path, monkeypatch):
    shown = {}
    monkeypatch.setattr(report, "forecast_strip", lambda *args, **options: None)
    monkeypatch.setattr(report, "lead_time_curves", lambda path, curves, name: shown.update(curves))
    monkeypatch.setattr(
        report, "reliability_diagram", lambda path, curves, name: shown.update(curves)
    )
    draw(tmp_path, found, compared, "nowcaster mean", {})
    assert list(tmp_path.iterdir()) == []
    assert set(shown) >= {"nowcaster mean", "persistence", "advection"}
    # 80 % was said wherever it rained, and nothing elsewhere.
    np.testing.assert_allclose(shown["1 mm/h"]["frequency"][[0, 7]], [0.0, 1.0])
    assert shown["1 mm/h"]["cases"].sum() == np.isfinite(found.truth).sum()
