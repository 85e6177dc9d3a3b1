"""`st-keras evaluate`: scores of the test part; data of another kind are refused."""

import functools
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from st_keras.cli.slowvae import evaluation
from st_keras.models import PredRNN
from st_keras.training import Forecaster
from tests.cli.conftest import squares
from tests.uncompiled import uncompiled


@uncompiled
def test_scores_of_an_unseen_part(trained, run, frames_file, tmp_path):
    flags = ("--data", frames_file, "--sequences", 3, "--out", tmp_path / "e")
    status, out, _ = run("evaluate", trained, *flags)
    assert status == 0
    assert "the test part of the training run" in out
    assert "Forecasting 3 test sequences, 3 frames each" in out  # the horizon of training
    scores = json.loads((tmp_path / "e" / "scores.json").read_text())
    assert scores["protocol"] == "thuml"
    assert len(scores["scores"]["persistence"]["mse"]) == 3


@uncompiled
def test_scores_are_named(trained, run, frames_file, tmp_path):
    flags = ("--data", frames_file, "--sequences", 3, "--out", tmp_path / "e")
    status, out, _ = run("evaluate", trained, *flags, "--scores", "rmse,psnr")
    assert status == 0 and "RMSE PredRNN" in out
    scores = json.loads((tmp_path / "e" / "scores.json").read_text())["scores"]
    assert list(scores["PredRNN"])[:2] == ["rmse", "psnr"] and "mse" not in scores["PredRNN"]
    flags = (*flags[:-1], tmp_path / "rain")
    status, out, _ = run("evaluate", trained, *flags, "--scores", "csi,far,fss,ratio")
    assert status == 0 and "CSI persistence" in out
    scores = json.loads((tmp_path / "rain" / "scores.json").read_text())["scores"]
    assert 0 < scores["persistence"]["csi"][0] <= 1  # of the threshold 0.5, which squares reach
    status, _, err = run("evaluate", trained, *flags, "--scores", "crps")
    assert status == 2 and "different names out of mse, mae, rmse" in err


def test_colour_frames_and_a_model_of_grey_ones(trained, run, tmp_path):
    np.save(tmp_path / "colour.npy", squares(8, 8, channels=3))
    flags = ("--data", tmp_path / "colour.npy", "--horizon", 3, "--out", tmp_path / "e")
    status, _, err = run("evaluate", trained, *flags)
    assert status == 2
    assert "1 channel(s), as the model was trained on" in err
    assert not (tmp_path / "e").exists()


@uncompiled
def test_a_model_of_colour_frames_made_in_python(run, tmp_path):
    model = Forecaster(PredRNN(filters=(4,), kernel_size=3), context_length=2)
    model.build((None, None, 16, 24, 3))
    model.save(tmp_path / "own.keras")
    np.save(tmp_path / "colour.npy", squares(8, 8, channels=3))
    flags = ("--data", tmp_path / "colour.npy", "--horizon", 3, "--out", tmp_path / "e")
    status, out, _ = run("evaluate", tmp_path / "own.keras", *flags)
    assert status == 0
    assert "MSE PredRNN" in out
    assert "no run.json to compare" in out


def test_codes(trained_slowvae, run, tmp_path, few_samples):
    status, out, err = run("evaluate", trained_slowvae, "--out", tmp_path / "e", "--seed", 3)
    assert status == 0, err
    assert "mcc" in out and "Active latents" in out
    names = ["scores.json", "code_factor_matrix.png", "active_units.png", "code_transitions.png"]
    for name in [*names, "latent_traversal.png", "latent_traversal.gif"]:
        assert (tmp_path / "e" / name).is_file()
        assert name in out
    for name in ("latent_traversal.png", "code_factor_matrix.png"):
        assert np.asarray(Image.open(tmp_path / "e" / name).convert("L")).std() > 5


def test_flags_of_forecasters_are_refused(trained_slowvae, run, tmp_path):
    arguments = ("evaluate", trained_slowvae, "--out", tmp_path / "e")
    status, _, err = run(*arguments, "--horizon", 3, "--batch-size", 2)
    assert status == 2
    assert "received --horizon, --batch-size for a file that holds a SlowVAE" in err
    assert not (tmp_path / "e").exists()


def test_flags_of_slowvae_are_refused_for_forecasters(trained, run, tmp_path):
    arguments = ("evaluate", trained, "--out", tmp_path / "e", "--protocol", "quick")
    status, _, err = run(*arguments)
    assert status == 2
    assert "received quick for a file that holds a Forecaster" in err


def test_images_of_another_shape_are_refused(trained_slowvae, run, tmp_path):
    arguments = ("evaluate", trained_slowvae, "--data", "sprites=hue", "--out", tmp_path / "e")
    status, _, err = run(*arguments)
    assert status == 2
    assert "images of shape (64, 64, 3)" in err and "(64, 64, 1)" in err
    assert not (tmp_path / "e").exists()


def test_continuous_factors_have_the_scores_defined_for_them(
    trained_slowvae, kitti_file, run, tmp_path, monkeypatch
):
    monkeypatch.setattr(evaluation, "IMAGES_DRAWN", 40)
    fewer = functools.partial(evaluation.evaluate, num_samples=200)
    monkeypatch.setattr(evaluation, "evaluate", fewer)
    data = f"kitti-masks={kitti_file}"
    status, out, err = run("evaluate", trained_slowvae, "--data", data, "--out", tmp_path / "e")
    assert status == 0, err
    assert "mcc" in out
    assert "mig" not in [line.split()[0] for line in out.splitlines() if line]


@pytest.mark.parametrize("flags", [(), ("--protocol", "thuml")])
def test_the_scores_of_a_recipe_that_was_scaled_down_say_so(
    flags, trained, run, frames_file, tmp_path, monkeypatch
):
    """Copied, with a record that names a scale."""
    shutil.copy(trained, tmp_path / "model.keras")
    record = json.loads((trained.parent / "run.json").read_text())
    record["options"] |= {"recipe": "predrnn_v2_kth", "scale": "small"}
    (tmp_path / "run.json").write_text(json.dumps(record))
    asked = ("--data", frames_file, "--sequences", 2, "--out", tmp_path / "e", *flags)
    status, out, err = run("evaluate", tmp_path / "model.keras", *asked)
    assert status == 0, err
    remark = "Trained by predrnn_v2_kth at --scale small: these are not the scores of the published"
    content = json.loads((tmp_path / "e" / "scores.json").read_text())
    assert remark in out and remark in content["note"]
