"""Tables of the study, against numbers worked out by hand."""

import numpy as np
import pytest
from scipy import stats

from st_keras.cli.modes.report import gaps_of, plus_minus, study_table, write_study
from st_keras.cli.run_folder import RunFolder

SEEDS = [
    {
        "parameters": 1000,
        "mixture": {"a": 60.0, "b": 90.0},
        "single": {"a": 50.0, "b": 100.0},
        "curve": {"steps": [10, 20], "losses": [3.0, 2.0]},
        "a_distance": 1.5,
    },
    {
        "parameters": 1000,
        "mixture": {"a": 70.0, "b": 80.0},
        "single": {"a": 50.0, "b": 100.0},
        "curve": {"steps": [10, 20], "losses": [3.5, 2.5]},
        "a_distance": 1.0,
    },
]


def test_gaps_by_hand():
    gap = gaps_of(SEEDS)
    assert gap.gaps["a"] == pytest.approx((0.2 + 0.4) / 2)
    assert gap.gaps["b"] == pytest.approx((-0.1 - 0.2) / 2)


def test_interval_is_that_of_student():
    values = np.array([60.0, 70.0])
    half = stats.t.ppf(0.975, 1) * values.std(ddof=1) / np.sqrt(2)
    assert plus_minus(values, 1) == f"65.0 +- {half:.1f}"
    assert plus_minus([60.0], 1) == "60.0"


def test_table():
    lines = study_table({"predrnn": SEEDS, "convlstm": SEEDS[:1]}, ["a", "b"]).splitlines()
    assert lines[0].split() == ["model", "parameters", "mode", "mixture", "single", "gap", "%"]
    assert len(lines) == 1 + 3 + 3
    assert lines[1].split()[:4] == ["predrnn", "1000", "a", "65.0"]
    assert lines[4].split() == ["convlstm", "1000", "a", "60.0", "50.0", "+20.0"]
    assert lines[5].split() == ["convlstm", "1000", "b", "90.0", "100.0", "-10.0"]
    assert lines[6].split() == ["convlstm", "1000", "mean", "+5.0"]


def test_pictures_and_scores(tmp_path):
    folder = RunFolder(tmp_path / "s").create()
    write_study(folder, {"predrnn": SEEDS}, ["a", "b"], {"results": {}})
    names = {path.name for path in (tmp_path / "s").iterdir()}
    assert names == {"scores.json", "mode_gaps.png", "mode_errors.png", "learning_curves.png"}
