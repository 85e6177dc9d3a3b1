"""Scores split by mode, against the scores of each part alone."""

import numpy as np
import pytest

from st_keras.cli.modes.scores import aligned, mode_table, scores_by_mode


def test_each_mode_is_scored_alone():
    rng = np.random.default_rng(0)
    truth, forecast = rng.random((2, 5, 3, 12, 12, 1), dtype="float32")
    labels = np.array([0, 2, 0, 2, 2])
    scores = scores_by_mode(truth, {"m": forecast}, labels, ("a", "b", "c"), (0.0, 1.0))
    assert list(scores) == ["a", "c"]  # no sequence is in b
    for mode, index in (("a", 0), ("c", 2)):
        chosen = labels == index
        mse = np.square(truth - forecast)[chosen].sum((2, 3, 4)).mean()
        assert scores[mode]["m"]["mse"] == pytest.approx(mse, rel=1e-5)


def test_table():
    scores = {
        "straight": {"PredRNN": {"mse": 50.04, "ssim": 0.8}, "p": {"mse": 400.0, "ssim": 0.5}},
        "b": {"PredRNN": {"mse": 7.0, "ssim": 0.9}, "p": {"mse": 40.0, "ssim": 0.25}},
    }
    header, first, second = mode_table(scores).splitlines()
    assert header.split() == ["mode", "PredRNN", "MSE", "PredRNN", "SSIM", "p", "MSE", "p", "SSIM"]
    assert first.split() == ["straight", "50.0", "0.800", "400.0", "0.500"]
    assert second.split() == ["b", "7.0", "0.900", "40.0", "0.250"]


def test_columns_are_aligned():
    assert aligned([["a", "1"], ["long", "100"]]) == "a       1\nlong  100"
