import numpy as np
import pytest
from PIL import Image

from st_keras.plots import lead_time_curves, training_curve
from st_keras.plots.curves import _training_curves
from tests.refusals import refused

LOSS = [5.0, 3.0, 1.0, 0.9]


def size(path):
    with Image.open(path) as image:
        image.load()
        return image.size


@pytest.mark.parametrize(
    "history",
    [
        {"loss": LOSS},
        {"loss": LOSS, "val_loss": [6.0, 4.0, 2.0, 2.1], "mse": LOSS},
        {"loss": LOSS, "val_loss": [4.0, 2.0]},
        {"loss": [-1.0, -2.0]},
        {"loss": [1.0]},
        {"loss": [1.0, float("nan"), float("inf"), 0.1], "val_loss": []},
        {"loss": LOSS, "step": [100, 200, 300, 400]},
        {"loss": np.geomspace(1e4, 1e-4, 200)},
    ],
)
@pytest.mark.parametrize("log_scale", [True, False])
def test_training_curve(tmp_path, history, log_scale):
    path = training_curve(tmp_path / "deep" / "t.png", history, log_scale, title="a run")
    assert path == tmp_path / "deep" / "t.png" and size(path) == (1050, 630)


def test_places_of_validation():
    _, places = _training_curves("plot", {"loss": LOSS, "val_loss": [4.0, 2.0]})
    assert places["loss"].tolist() == [1, 2, 3, 4] and places["val_loss"].tolist() == [2, 4]
    _, places = _training_curves("plot", {"loss": LOSS, "epoch": [5, 6, 7, 8]})
    assert places["loss"].tolist() == [5, 6, 7, 8]


@pytest.mark.parametrize(
    "history, message",
    [
        ({"mse": [1.0]}, r"training_curve: received a history with the keys \['mse'\].*model.fit"),
        ({"loss": []}, r"history\['loss'\] without a finite number"),
        ({"loss": [np.nan]}, r"without a finite number.*learning rate"),
        ({"loss": [[1.0]]}, r"history\['loss'\] of shape \(1, 1\)"),
        ({"loss": LOSS, "val_loss": [1.0, 2.0, 3.0]}, r"3 values of 'val_loss'.*one per k epochs"),
        ({"loss": LOSS, "epoch": [1, 2]}, r"2 places for 4 losses"),
    ],
)
def test_training_curve_errors(tmp_path, history, message):
    refused(message, training_curve, tmp_path / "t.png", history)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("names", [["mse"], ["mse", "ssim", "psnr"], ["mse", "mae", "ssim", "csi"]])
def test_lead_time_curves(tmp_path, names):
    rng = np.random.default_rng(0)
    scores = {m: {n: rng.random(10) for n in names} for m in ("model", "persistence")}
    width, height = size(lead_time_curves(tmp_path / "l.png", scores, title="scores"))
    assert width == (690 if len(names) == 1 else 1380)
    assert height == (585 if len(names) == 1 else 1050)


def test_many_methods_infinite_values_and_missing_scores(tmp_path):
    scores = {f"method number {k}": {"psnr": [np.inf, 20.0 - k, 10.0]} for k in range(9)}
    scores["other"] = {"mse": [1.0]}
    assert size(lead_time_curves(tmp_path / "l.png", scores))


@pytest.mark.parametrize(
    "scores, message",
    [
        ({}, r"lead_time_curves: received no scores.*persistence"),
        ({"a": {}}, r"no scores"),
        ({"a": {"mse": 3.0}}, r"scores\['a'\]\['mse'\] of shape \(\)"),
    ],
)
def test_lead_time_errors(tmp_path, scores, message):
    refused(message, lead_time_curves, tmp_path / "l.png", scores)
    assert not list(tmp_path.iterdir())
