"""Curves with intervals over seeds."""

import numpy as np
import pytest

from st_keras.plots.figure_file import COLOURS, new_figure
from st_keras.plots.lead_time_intervals import _draw, lead_time_intervals
from st_keras.plots.seed_intervals import mean_interval
from tests.refusals import refused

SCORES = {
    "a": {"mse": [[3.0, 4.0, 5.0], [3.5, 4.0, 7.0]], "ssim": [[0.5, 0.4, 0.3]]},
    "b": {"mse": [[2.0, 2.0]]},
}


def test_the_band_is_the_interval_of_the_mean():
    axes = new_figure(4, 3).add_subplot()
    values = np.array(SCORES["a"]["mse"])
    line = _draw(axes, values, COLOURS[0], "o", 0.9)
    np.testing.assert_allclose(line.get_ydata(), values.mean(0))
    corners = axes.collections[0].get_paths()[0].vertices
    for lead in range(3):
        mean, half = mean_interval(values[:, lead], 0.9)
        heights = corners[corners[:, 0] == lead + 1, 1]
        assert (heights.min(), heights.max()) == pytest.approx((mean - half, mean + half))


def test_one_seed_has_no_band_and_what_is_not_finite_leaves_a_gap():
    axes = new_figure(4, 3).add_subplot()
    line = _draw(axes, np.array([[1.0, np.inf, 3.0]]), COLOURS[0], "o", 0.95)
    assert not axes.collections
    np.testing.assert_array_equal(line.get_ydata(), [1.0, np.nan, 3.0])


def test_a_panel_for_each_score_and_a_legend(tmp_path):
    text = lead_time_intervals(tmp_path / "c.svg", SCORES, title="digits").read_text()
    for words in ("MSE  (lower is better)", "SSIM  (higher is better)", "digits", ">a<", ">b<"):
        assert words in text or words.strip("><") in text
    assert "band: its 95 % interval" in text


@pytest.mark.parametrize(
    ("scores", "match"),
    [
        ({}, "scores of type dict without scores"),
        ({"a": {}}, "without scores of any method"),
        ([1], "scores of type list"),
        ({"a": {"mse": [1.0]}}, r"scores\['a'\]\['mse'\] of shape \(1,\)"),
        ({"a": {"mse": [[]]}}, r"of shape \(1, 0\)"),
    ],
)
def test_bad_input_writes_nothing(scores, match, tmp_path):
    refused(f"lead_time_intervals: .*{match}", lead_time_intervals, tmp_path / "c.png", scores)
    assert not list(tmp_path.iterdir())


def test_an_impossible_confidence(tmp_path):
    refused("confidence=2", lead_time_intervals, tmp_path / "c.png", SCORES, confidence=2)
