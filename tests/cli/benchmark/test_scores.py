"""The scores of all kinds of models in one form."""

import json
import math

import numpy as np
import pytest

from st_keras.choices import FRAME_PROTOCOLS
from st_keras.cli.benchmark.scores import read_scores
from st_keras.metrics.video import compare_frames
from tests.refusals import refused


def written(folder, content, name="scores.json"):
    (folder / name).write_text(json.dumps(content))
    return folder


def test_of_forecasts(tmp_path):
    scores = {
        "PredRNN": {"mse": [1.0, 3.0], "psnr": [20.0, 30.0], "exact_frames": [0, 0]},
        "persistence": {"mse": [4.0, 8.0], "psnr": [10.0, None], "exact_frames": [1, 0]},
    }
    found = read_scores(written(tmp_path, {"protocol": "thuml", "scores": scores}))
    assert (found.means["mse"], found.means["psnr"]) == (2.0, 25.0)
    assert found.leads["mse"] == [1.0, 3.0]
    assert found.shown == ["mse", "psnr"]
    assert list(found.baselines) == ["persistence"]
    assert found.baselines["persistence"].means["mse"] == 6.0
    assert found.baselines["persistence"].means["psnr"] == 10.0  # of what is known


@pytest.mark.parametrize("protocol", FRAME_PROTOCOLS)
def test_of_frames_under_a_protocol(protocol, tmp_path):
    truth = 255 * np.random.default_rng(0).random((3, 2, 16, 16, 1), "float32")
    forecasts = {"PredRNN": 0.9 * truth, "persistence": np.roll(truth, 1, axis=2)}
    compared = compare_frames(truth, forecasts, (0.0, 255.0), protocol, resamples=5)
    found = read_scores(written(tmp_path, compared.as_json()))
    assert found.shown == list(compared.how) and "mae_per_pixel" not in found.shown
    assert found.means == compared.scores["PredRNN"]["mean"]
    assert found.baselines["persistence"].shown == found.shown
    main = "rmse" if protocol == "sevir" else "mse"
    assert found.means[main] < found.baselines["persistence"].means[main]
    assert protocol != "sevir" or "csi_pool4@16" in found.shown


def rain(own="Nowcaster (mean)"):
    return {
        "protocol": "radar-60min-v1",
        "baselines": ["persistence"],
        "best_baseline": {"csi@1": "persistence"},
        "scores": {
            name: {
                "leads": {"csi@1": [value, None]},
                "mean": {"csi@1": value, "hk@1": 0.0, "mae": None},
                "interval": {},
            }
            for name, value in (("persistence", 0.2), (own, 0.5))
        },
    }


def test_of_rain(tmp_path):
    found = read_scores(written(tmp_path, rain("PredRNN")))
    assert found.means["csi@1"] == 0.5 and math.isnan(found.means["mae"])
    assert found.leads["csi@1"][0] == 0.5 and math.isnan(found.leads["csi@1"][1])
    assert found.baselines["persistence"].means["csi@1"] == 0.2
    assert "crps" not in found.means
    assert found.shown == ["csi@1", "mae"]  # those of the tables of `evaluate`


def test_of_a_nowcaster_with_what_its_probabilities_are_worth(tmp_path):
    written(tmp_path, {"crps": [0.1, 0.3, None], "brier": {}}, "probabilities.json")
    found = read_scores(written(tmp_path, rain()))
    assert found.means["crps"] == pytest.approx(0.2) and found.shown[-1] == "crps"
    assert found.leads["crps"][:2] == [0.1, 0.3]
    assert "crps" not in found.baselines["persistence"].means


def test_of_codes(tmp_path):
    scores = {"mcc": {"name": "mcc", "value": 0.7}, "mig": {"name": "mig", "value": None}}
    content = {"scores": scores, "factor_names": ["x"], "kl_per_latent": [1.0]}
    found = read_scores(written(tmp_path, content))
    assert found.means["mcc"] == 0.7 and math.isnan(found.means["mig"])
    assert (found.leads, found.baselines, found.shown) == ({}, {}, ["mcc", "mig"])


@pytest.mark.parametrize(
    "content",
    [[], {}, {"scores": {}}, {"scores": {"a": {"mse": 3}}}, {"scores": {"a": {"mse": ["x"]}}}],
)
def test_what_holds_no_scores(content, tmp_path):
    text = refused("scores.json', which holds no scores", read_scores, written(tmp_path, content))
    assert f"Delete {tmp_path.parent} to run it anew." in text


def test_scores_that_are_not_there(tmp_path):
    refused("scores.json', which cannot be read", read_scores, tmp_path)
