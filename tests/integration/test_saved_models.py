"""The models in `saved_models/`: what the manifest says, small, as good as they are said to be."""

import json
import pathlib

import numpy as np
import pytest

from st_keras.cli.nowcast.demo import HORIZONS
from st_keras.cli.preset_manifest import FILE, manifest_of
from st_keras.datasets import LatentPairs, MovingDigits, Sprites, sample_rain
from st_keras.metrics import video
from st_keras.metrics.disentanglement import mcc
from st_keras.metrics.radar import rain_sums
from st_keras.metrics.video import persistence_forecast
from st_keras.models import Nowcaster, SlowVAE
from st_keras.models.preset_folder import read_metadata
from st_keras.training import Forecaster

SAVED_MODELS = pathlib.Path(__file__).resolve().parents[2] / "saved_models"
CONTEXT, HORIZON, SEQUENCES = 10, 10, 64


def scores_of(name):
    return read_metadata("test", SAVED_MODELS / name)["provenance"]["scores"]


def test_the_manifest_is_that_of_the_folder():
    manifest = json.loads((SAVED_MODELS / FILE).read_text())["presets"]
    assert manifest == manifest_of(SAVED_MODELS)
    digits = {"modernn_moving_digits", "predrnn_moving_digits"}
    assert set(manifest) == {*digits, "nowcast_60min", "slowvae_sprites"}
    assert all(entry["bytes"] < 2_000_000 for entry in manifest.values())
    for name in manifest:
        assert f"`{name}`" in (SAVED_MODELS / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["predrnn_moving_digits", "modernn_moving_digits"])
def test_forecasts_as_well_as_recorded(name):
    model = Forecaster.from_preset(SAVED_MODELS / name)
    sequences = MovingDigits(split="test").sequences(0, SEQUENCES)
    context, future = np.split(sequences, [CONTEXT], axis=1)
    forecast = model.forecast(context, HORIZON)
    # What `st-keras evaluate` scores: frames within [0, 1], squared errors summed over a frame.
    error = np.square(np.clip(forecast, 0, 1) - future).sum(axis=(2, 3, 4)).mean(axis=0)
    recorded = scores_of(name)["scores"]
    print(f"{name}: MSE {error.mean():.1f}")
    # Rounded to float16 since it was scored.
    np.testing.assert_allclose(error, recorded[type(model.network).__name__]["mse"], rtol=1e-2)
    assert error.mean() < 0.4 * np.mean(recorded["persistence"]["mse"])
    assert video.persistence_forecast(context, HORIZON).shape == forecast.shape


@pytest.mark.parametrize("minutes, series", [(2, "mrms_w3_2min_24min"), (6, "mrms_w3_6min_36min")])
def test_an_unseen_storm_is_forecast_as_well_as_recorded(minutes, series):
    model = Nowcaster.from_preset("nowcast_60min")
    horizon, rain = HORIZONS[minutes], sample_rain()
    step = minutes // rain.minutes
    sequences = [rain.frames[first::step] for first in range(step)]
    starts = range(0, len(sequences[0]) - 5 - horizon, 2)
    windows = np.stack([each[s : s + 6 + horizon] for each in sequences for s in starts])
    context, truth = windows[:, :6], windows[:, 6:]
    found = {
        "nowcaster": rain_sums(truth, model.forecast(context, horizon)).scores()["mean"],
        "persistence": rain_sums(truth, persistence_forecast(context, horizon)).scores()["mean"],
    }
    recorded = scores_of("nowcast_60min")[series]["mean"]
    print(f"{series}: CSI 1 {found['nowcaster']['csi@1']:.3f}")
    for score in ("csi@0.5", "csi@1", "csi@2", "csi@5", "fss@1/5px"):
        assert found["nowcaster"][score] == pytest.approx(recorded[score], abs=5e-3)
        assert found["nowcaster"][score] > found["persistence"][score] + 0.01
    assert model.count_params() < 400_000


def test_codes_are_as_disentangled_as_recorded():
    model = SlowVAE.from_preset(SAVED_MODELS / "slowvae_sprites")
    images, factors = LatentPairs(Sprites()).draw_images(2_000, np.random.default_rng(0))
    score = float(mcc(model.encode(images), factors))
    print(f"slowvae_sprites: MCC {score:.3f} of 2,000 images")
    assert abs(score - scores_of("slowvae_sprites")["scores"]["mcc"]["value"]) < 0.05
