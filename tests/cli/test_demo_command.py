"""`st-keras demo`: everything at once, in a folder of its own."""

import pytest


@pytest.fixture
def short(frames_file):
    windows = ("--context-length", 2, "--horizon", 2, "--steps", 1, "--batch-size", 1)
    return ("demo", "predrnn", "--data", frames_file, *windows)


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


def test_a_second_demo_leaves_the_first_alone(short, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(*short)
    first = (tmp_path / "st_keras_demo" / "model.keras").read_bytes()
    _, out, _ = run(*short)
    assert "st_keras_demo-2" in out
    assert (tmp_path / "st_keras_demo" / "model.keras").read_bytes() == first
