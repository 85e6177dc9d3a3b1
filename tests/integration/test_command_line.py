"""train, evaluate, forecast, export: one after the other, as a user does it."""

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.uncompiled import uncompiled


def test_the_whole_path(train_arguments, frames_file, run, tmp_path):
    assert run(*train_arguments)[0] == 0
    model = tmp_path / "run" / "model.keras"
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["recipe"]["steps"] == 2
    assert len(record["history"]["loss"]) == 2

    scored = tmp_path / "run" / "evaluation"
    flags = ("--data", frames_file, "--horizon", 4, "--sequences", 2, "--out", scored)
    status, out, _ = run("evaluate", model, *flags)
    assert status == 0
    for row in ("MSE PredRNN", "MSE persistence", "SSIM PredRNN", "skill against persistence"):
        assert row in out
    assert "mae_per_pixel" in json.loads((scored / "scores.json").read_text())["scores"]["PredRNN"]
    with Image.open(scored / "forecast.gif") as gif:
        assert gif.n_frames == 7
    with Image.open(scored / "forecast_strip.png") as strip:
        assert strip.width > 100

    forecast_file = tmp_path / "forecast.npy"
    flags = ("--data", frames_file, "--horizon", 5, "--out", forecast_file)
    assert run("forecast", model, *flags)[0] == 0
    forecast = np.load(forecast_file)
    assert forecast.shape == (8, 5, 16, 24, 1)
    assert (tmp_path / "forecast.gif").is_file()

    assert run("export", model, "--out", tmp_path / "served" / "1")[0] == 0
    served = tf.saved_model.load(str(tmp_path / "served" / "1")).signatures["forecast"]
    context = tf.constant(np.load(frames_file)[:, -3:, ..., None], tf.float32)
    answer = served(context=context, horizon=tf.constant(5))["forecast"]
    np.testing.assert_allclose(answer, forecast, atol=1e-4)

    for again in (("forecast", model, *flags), ("export", model, "--out", tmp_path / "served/1")):
        status, _, err = run(*again)
        assert status == 2
        assert "exists" in err


@pytest.mark.long
@pytest.mark.parametrize(
    "model, flags",
    [("modernn", ("--num-slots", "2", "--no-layer-norm")), ("convlstm", ("--kernel-size", "3"))],
)
def test_the_other_networks(model, flags, frames_file, run, tmp_path):
    """The same path; only the network differs."""
    arguments = ("train", model, "--data", frames_file, "--out", tmp_path / "run", *flags)
    windows = ("--context-length", 3, "--horizon", 3, "--steps", 2, "--batch-size", 2)
    status, _, err = run(*arguments, *windows, "--filters", "4,4", "--patch-size", 4)
    assert status == 0, err
    trained = tmp_path / "run" / "model.keras"
    forecast_file = tmp_path / "forecast.npy"
    assert run("forecast", trained, "--data", frames_file, "--out", forecast_file)[0] == 0
    assert run("export", trained, "--out", tmp_path / "served" / "1")[0] == 0
    served = tf.saved_model.load(str(tmp_path / "served" / "1")).signatures["forecast"]
    context = tf.constant(np.load(frames_file)[:, -3:, ..., None], tf.float32)
    answer = served(context=context, horizon=tf.constant(10))["forecast"]
    np.testing.assert_allclose(answer, np.load(forecast_file), atol=1e-3)


@pytest.mark.parametrize(
    "precision", [pytest.param("mixed_bfloat16", marks=pytest.mark.long), "mixed_float16"]
)
def test_mixed_precision_and_reversed_input(precision, train_arguments, run):
    more = ("--precision", precision, "--reverse-input", "--sampling", "reverse", "--no-decoupling")
    assert run(*train_arguments, *more)[0] == 0


@uncompiled
def test_time_budget(train_arguments, run, tmp_path):
    status, out, _ = run(*train_arguments, "--steps", 5000, "--max-minutes", 0.02)
    assert status == 0
    assert "Time is up" in out
    assert (tmp_path / "run" / "model.keras").is_file()
