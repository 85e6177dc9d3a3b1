"""`st-keras evaluate`: scores of the test part; data of another kind are refused."""

import json

import numpy as np

from st_keras.models import PredRNN
from st_keras.training import Forecaster
from tests.cli.conftest import squares
from tests.uncompiled import uncompiled


def test_scores_of_an_unseen_part(trained, run, frames_file, tmp_path):
    flags = ("--data", frames_file, "--horizon", 2, "--sequences", 3, "--out", tmp_path / "e")
    status, out, _ = run("evaluate", trained, *flags)
    assert status == 0
    assert "Forecasting 3 test sequences, 2 frames each" in out
    scores = json.loads((tmp_path / "e" / "scores.json").read_text())
    assert scores["protocol"] == "thuml"
    assert len(scores["scores"]["persistence"]["mse"]) == 2


@uncompiled
def test_colour_frames_and_a_model_of_grey_ones(trained, run, train_arguments, tmp_path):
    np.save(tmp_path / "colour.npy", squares(8, 8, channels=3))
    colour = ("--data", tmp_path / "colour.npy")
    status, _, err = run("evaluate", trained, *colour, "--horizon", 3, "--out", tmp_path / "e")
    assert status == 2
    assert "1 channel(s), as the model was trained on" in err
    assert not (tmp_path / "e").exists()

    assert run(*train_arguments, *colour, "--out", tmp_path / "colour")[0] == 0
    model = tmp_path / "colour" / "model.keras"
    flags = ("--horizon", 3, "--out", tmp_path / "scored")
    assert run("evaluate", model, *colour, *flags)[0] == 0


@uncompiled
def test_horizon_is_that_of_training(trained, run, frames_file, tmp_path):
    status, out, _ = run("evaluate", trained, "--data", frames_file, "--out", tmp_path / "e")
    assert status == 0
    assert "3 frames each" in out
    assert "the test part of the training run" in out


def test_a_model_made_in_python(run, frames_file, tmp_path):
    model = Forecaster(PredRNN(filters=(4,), kernel_size=3), context_length=2)
    model.build((None, None, 16, 24, 1))
    model.save(tmp_path / "own.keras")
    flags = ("--data", frames_file, "--horizon", 3, "--out", tmp_path / "e")
    status, out, _ = run("evaluate", tmp_path / "own.keras", *flags)
    assert status == 0
    assert "MSE PredRNN" in out
    assert "no run.json to compare" in out
