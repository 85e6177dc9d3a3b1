"""Finite scores, the same for all methods."""

import numpy as np
import pytest

from st_keras.metrics.shown_scores import mean_score, shown_scores

FINITE = {"mse": [1.0, 2.0], "psnr": [20.0, 30.0], "psnr_of_mse": [19.0, 29.0]}
EXACT = {**FINITE, "psnr": [np.inf, 30.0], "exact_frames": [1, 0]}


def test_one_psnr_is_shown():
    shown = shown_scores({"a": {**FINITE, "exact_frames": [0, 0]}, "b": FINITE})
    assert [list(scores) for scores in shown.values()] == [["mse", "psnr"]] * 2


def test_for_all_methods_the_same_one():
    shown = shown_scores({"a": FINITE, "b": EXACT})
    assert [list(scores) for scores in shown.values()] == [["mse", "psnr_of_mse"]] * 2
    assert shown_scores(shown) == shown


def test_a_lead_time_without_truth_takes_nobody_s_place():
    holed = {**FINITE, "psnr": [20.0, np.nan], "psnr_of_mse": [19.0, np.nan]}
    assert list(shown_scores({"a": holed})["a"]) == ["mse", "psnr"]


def test_what_has_no_substitute_stays():
    alone = {"a": {"psnr": [np.inf]}, "b": EXACT}
    assert list(shown_scores(alone)["a"]) == ["psnr"]


def test_mean_of_lead_times_is_that_of_all_frames():
    errors = np.array([0.0, 0.01, 0.04])
    with np.errstate(divide="ignore"):
        psnr = -10 * np.log10(errors)
    assert mean_score("psnr_of_mse", psnr) == pytest.approx(-10 * np.log10(errors.mean()))
    assert mean_score("psnr_of_mse", [np.inf, np.inf]) == np.inf
