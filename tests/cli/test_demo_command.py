"""`st-keras demo`: everything at once, in a folder of its own."""

import keras
import numpy as np
import pytest

from st_keras.cli import demo_command
from st_keras.cli.slowvae import evaluation
from tests.cli.conftest import squares
from tests.uncompiled import uncompiled


@pytest.fixture
def short(frames_file):
    windows = ("--context-length", 2, "--horizon", 2, "--steps", 1, "--batch-size", 1)
    return ("demo", "predrnn", "--data", frames_file, *windows)


@uncompiled
def test_writes_everything_and_says_where(short, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, _ = run(*short)
    assert status == 0
    names = ["model.keras", "training_curve.png", "run.json", "scores.json", "forecast.gif"]
    for name in [*names, "scores_by_lead_time.png", "forecast_strip.png", "saved_model/1"]:
        assert (tmp_path / "st_keras_demo" / name).exists()
        assert f"st_keras_demo/{name}" in out
    for row in ("MSE", "MAE", "SSIM", "PSNR"):
        assert f"{row} PredRNN" in out
        assert f"{row} persistence" in out


@pytest.mark.long
def test_a_second_demo_leaves_the_first_alone(short, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(*short)
    first = (tmp_path / "st_keras_demo" / "model.keras").read_bytes()
    _, out, _ = run(*short)
    assert "st_keras_demo-2" in out
    assert (tmp_path / "st_keras_demo" / "model.keras").read_bytes() == first


def test_frames_too_small_are_refused_before_training(run, tmp_path):
    np.save(tmp_path / "small.npy", squares(8, 8, size=(6, 8)))
    arguments = ("demo", "--data", tmp_path / "small.npy", "--out", tmp_path / "demo")
    status, _, err = run(*arguments, "--context-length", 2, "--horizon", 2)
    assert status == 2
    assert "at least 7 x 7" in err
    assert not (tmp_path / "demo").exists()


@pytest.mark.parametrize("model", ["predrnn", "slowvae"])
def test_an_interrupted_demo_stops_after_saving(model, short, run, monkeypatch, tmp_path):
    def interrupt(self, *arguments, **keywords):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keras.Model, "fit", interrupt)
    status, out, _ = run(*(short if model == "predrnn" else ("demo", model, "--steps", 1)))
    assert status == 130
    assert not {"Forecasting", "Scoring"} & set(out.split()) and "Written:" in out
    assert (tmp_path / "st_keras_demo" / "model.keras").is_file()


def test_attention_over_too_many_positions_is_refused_before_training(run, tmp_path):
    np.save(tmp_path / "odd.npy", squares(4, 8, size=(69, 71)))
    status, _, err = run(
        "demo",
        "modernn",
        "--data",
        tmp_path / "odd.npy",
        "--horizon",
        2,
        "--context-length",
        2,
        "--out",
        tmp_path / "demo",
    )
    assert status == 2
    assert "attention over 4,899 positions" in err
    assert not (tmp_path / "demo").exists()


@pytest.mark.long
def test_modernn_shows_its_modes_and_slots(run, tmp_path, monkeypatch):
    monkeypatch.setattr(demo_command, "TEST_SEQUENCES", 33)
    windows = ("--context-length", 2, "--horizon", 2, "--steps", 1, "--batch-size", 1)
    status, out, err = run("demo", "modernn", "--out", tmp_path / "demo", *windows)
    assert status == 0, err
    for name in ("slot_maps.png", "mode_embedding.png", "mode_scores.json", "saved_model/1"):
        assert (tmp_path / "demo" / name).exists()
    assert "three_digits" in out and "ModeRNN MSE" in out and "importance separation" in out


@uncompiled
def test_slowvae(run, tmp_path, monkeypatch, few_samples):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(evaluation, "draw_codes", lambda *_: None)  # `evaluate` draws the same
    status, out, err = run("demo", "slowvae", "--steps", 1, "--batch-size", 2)
    assert status == 0, err
    for name in ("model.keras", "training_curve.png", "run.json", "scores.json"):
        assert (tmp_path / "st_keras_demo" / name).is_file()
        assert f"st_keras_demo/{name}" in out
    assert "mcc" in out
    model = keras.models.load_model(tmp_path / "st_keras_demo" / "model.keras")
    assert (model.beta, model.gamma, model.rate) == (1.0, 10.0, 6.0)
